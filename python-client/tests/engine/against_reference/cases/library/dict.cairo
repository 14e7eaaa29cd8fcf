%builtins range_check
from starkware.cairo.common.default_dict import default_dict_new, default_dict_finalize
from starkware.cairo.common.dict import dict_new, dict_read, dict_write, dict_update, dict_squash
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.squash_dict import squash_dict
from starkware.cairo.common.alloc import alloc

func fill{dict_ptr: DictAccess*}(n) {
    if (n == 0) {
        return ();
    }
    let (v) = dict_read(n);
    dict_write(n, v + n);
    dict_write(n * 3, 7);
    return fill(n - 1);
}

func main{range_check_ptr}() {
    alloc_locals;
    let (local dict_start) = default_dict_new(5);
    let dict_ptr = dict_start;
    fill{dict_ptr=dict_ptr}(12);
    dict_update{dict_ptr=dict_ptr}(100, 5, 6);
    let (fs, fe) = default_dict_finalize(dict_start, dict_ptr, 5);
    %{ initial_dict = {1: 10, 2: [20, 30], -3: 4} %}
    let (local other) = dict_new();
    let other_ptr = other;
    let (local v) = dict_read{dict_ptr=other_ptr}(1);
    dict_write{dict_ptr=other_ptr}(1, v * 2);
    let (s, e) = dict_squash(other, other_ptr);
    %{ print(ids.v, ids.s.key, ids.s.prev_value, ids.e.address_ - ids.s.address_, len(__dict_manager.trackers)) %}
    let (squashed: DictAccess*) = alloc();
    let (raw: DictAccess*) = alloc();
    assert raw[0] = DictAccess(key=-5, prev_value=1, new_value=2);
    assert raw[1] = DictAccess(key=3, prev_value=1, new_value=2);
    assert raw[2] = DictAccess(key=-5, prev_value=2, new_value=9);
    let (end) = squash_dict(raw, raw + 3 * DictAccess.SIZE, squashed);
    return ();
}

%builtins output range_check
from starkware.cairo.common.dict import dict_new, dict_read, dict_squash, dict_update, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word

// A dictionary with initial values: read, write, update, squash.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ initial_dict = {1: 10, 2: 20, 300: 30} %}
    let (dict) = dict_new();
    %{ print("initial_dict" in globals(), "__dict_manager" in globals()) %}
    let start = dict;
    let (value) = dict_read{dict_ptr=dict}(1);
    assert value = 10;
    dict_write{dict_ptr=dict}(1, 11);
    dict_write{dict_ptr=dict}(2, 22);
    dict_update{dict_ptr=dict}(1, 11, 12);
    let (value) = dict_read{dict_ptr=dict}(1);
    assert value = 12;
    dict_write{dict_ptr=dict}(300, -1);
    let (squashed, end) = dict_squash(start, dict);
    assert end - squashed = 3 * DictAccess.SIZE;
    assert (squashed[0].key, squashed[0].prev_value, squashed[0].new_value) = (1, 10, 12);
    assert (squashed[2].key, squashed[2].new_value) = (300, -1);
    %{ print(dict(__dict_manager.get_dict(ids.end))) %}
    let (again) = dict_read{dict_ptr=end}(2);
    serialize_word(again);
    return ();
}

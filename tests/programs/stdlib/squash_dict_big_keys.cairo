%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.squash_dict import squash_dict

// `squash_dict` with keys beyond the range check bound.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local accesses: DictAccess*) = alloc();
    assert accesses[0] = DictAccess(key=-1, prev_value=1, new_value=2);
    assert accesses[1] = DictAccess(key=2 ** 200, prev_value=10, new_value=20);
    assert accesses[2] = DictAccess(key=-1, prev_value=2, new_value=3);
    let (local squashed: DictAccess*) = alloc();
    let (end) = squash_dict(accesses, accesses + 3 * DictAccess.SIZE, squashed);
    assert squashed[1].new_value = 3;
    serialize_word(squashed[0].key);
    return ();
}

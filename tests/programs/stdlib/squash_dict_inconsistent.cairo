%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.squash_dict import squash_dict

// Accesses that do not fit together.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local accesses: DictAccess*) = alloc();
    assert accesses[0] = DictAccess(key=7, prev_value=1, new_value=2);
    assert accesses[1] = DictAccess(key=7, prev_value=3, new_value=4);
    let (local squashed: DictAccess*) = alloc();
    let (end) = squash_dict(accesses, accesses + 2 * DictAccess.SIZE, squashed);
    serialize_word(1);
    return ();
}

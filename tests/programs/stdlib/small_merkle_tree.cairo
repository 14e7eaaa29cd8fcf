%builtins output pedersen range_check
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.small_merkle_tree import small_merkle_tree_update

// `small_merkle_tree_update` of a squashed dictionary.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    alloc_locals;
    let (dict) = default_dict_new(default_value=0);
    let start = dict;
    dict_write{dict_ptr=dict}(1, 10);
    dict_write{dict_ptr=dict}(6, 60);
    dict_write{dict_ptr=dict}(6, 61);
    let (squashed, end) = default_dict_finalize(start, dict, 0);
    let (before, after) = small_merkle_tree_update{hash_ptr=pedersen_ptr}(squashed, end, 3);
    serialize_word(before);
    serialize_word(after);
    return ();
}

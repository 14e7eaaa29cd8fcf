%builtins output range_check
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.serialize import serialize_word

// An empty dictionary is finalized.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (dict) = default_dict_new(default_value=0);
    let (squashed, end) = default_dict_finalize(dict, dict, 0);
    assert end = squashed;
    serialize_word(0);
    return ();
}

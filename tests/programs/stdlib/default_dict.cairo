%builtins output range_check
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word

// A dictionary with a default value.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (dict) = default_dict_new(default_value=17);
    let start = dict;
    let (value) = dict_read{dict_ptr=dict}(-5);
    assert value = 17;
    dict_write{dict_ptr=dict}(3, 4);
    dict_write{dict_ptr=dict}(3, 5);
    dict_write{dict_ptr=dict}(1, 2);
    let (squashed, end) = default_dict_finalize(start, dict, 17);
    assert end - squashed = 3 * DictAccess.SIZE;
    serialize_word(squashed[0].new_value + squashed[1].new_value);
    return ();
}

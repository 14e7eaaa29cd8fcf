%builtins output range_check
from starkware.cairo.common.dict import dict_new, dict_read
from starkware.cairo.common.serialize import serialize_word

// Reading a key that a dictionary does not have.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ initial_dict = {1: 2} %}
    let (dict) = dict_new();
    let (value) = dict_read{dict_ptr=dict}(1);
    let (value) = dict_read{dict_ptr=dict}(7);
    serialize_word(value);
    return ();
}

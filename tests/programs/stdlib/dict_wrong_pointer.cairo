%builtins output range_check
from starkware.cairo.common.dict import dict_new, dict_read
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word

// A dictionary pointer that is not at its end.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ initial_dict = {1: 2} %}
    let (dict) = dict_new();
    let wrong = dict + DictAccess.SIZE;
    let (value) = dict_read{dict_ptr=wrong}(1);
    serialize_word(value);
    return ();
}

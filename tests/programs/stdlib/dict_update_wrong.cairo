%builtins output range_check
from starkware.cairo.common.dict import dict_new, dict_update
from starkware.cairo.common.serialize import serialize_word

// `dict_update` with a wrong previous value.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ initial_dict = {1: 2} %}
    let (dict) = dict_new();
    dict_update{dict_ptr=dict}(1, 3, 4);
    serialize_word(1);
    return ();
}

%builtins range_check
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict import dict_read, dict_update, dict_write

// A dictionary is in Rust until a hint raises: the error is Python's own.
func main{range_check_ptr}() {
    alloc_locals;
    let (dict_ptr) = default_dict_new(7);
    %{ print('between') %}
    dict_write{dict_ptr=dict_ptr}(1, 2);
    dict_update{dict_ptr=dict_ptr}(1, 3, 4);
    return ();
}

%builtins range_check
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.default_dict import default_dict_new
func main{range_check_ptr}() {
    alloc_locals;
    let (local dict_ptr: DictAccess*) = default_dict_new(5);
    dict_write{dict_ptr=dict_ptr}(1, 2);
    let wrong = dict_ptr + 1;
    dict_read{dict_ptr=wrong}(1);
    return ();
}

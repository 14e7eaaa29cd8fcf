%builtins range_check
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_update, dict_write
from starkware.cairo.common.dict_access import DictAccess

// A dictionary that is read and written, and squashed in the end.
func fill{range_check_ptr, dict: DictAccess*}(n: felt) {
    if (n == 0) {
        return ();
    }
    dict_write{dict_ptr=dict}(n, 2 * n);
    dict_write{dict_ptr=dict}(n + 3, n);
    let (value) = dict_read{dict_ptr=dict}(n);
    dict_update{dict_ptr=dict}(n, value, value + 1);
    return fill(n - 1);
}

func main{range_check_ptr}() {
    alloc_locals;
    let (dict) = default_dict_new(default_value=0);
    let start = dict;
    fill{dict=dict}(2500);
    default_dict_finalize(start, dict, 0);
    return ();
}

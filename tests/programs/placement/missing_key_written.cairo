%builtins range_check
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict import dict_read, dict_squash, dict_write

// A squashed dictionary has no default; the key that is written is missing.
func main{range_check_ptr}() {
    alloc_locals;
    let (dict_start) = default_dict_new(7);
    let dict = dict_start;
    dict_write{dict_ptr=dict}(1, 2);
    let (_, squashed) = dict_squash(dict_start, dict);
    dict_read{dict_ptr=squashed}(1);
    dict_write{dict_ptr=squashed}(3, 4);
    return ();
}

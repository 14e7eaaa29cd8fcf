%builtins output range_check
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.usort import usort

// `usort` refuses more than `__usort_max_size`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ __usort_max_size = 2 %}
    let (length, sorted, counts) = usort(input_len=3, input=new (3, 2, 1));
    serialize_word(length);
    return ();
}

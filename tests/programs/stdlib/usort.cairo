%builtins output range_check
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.usort import usort

// `usort` sorts and counts.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (length, sorted, counts) = usort(input_len=6, input=new (5, 3, 5, 100, 3, 5));
    assert length = 3;
    assert (sorted[0], sorted[1], sorted[2]) = (3, 5, 100);
    assert (counts[0], counts[1], counts[2]) = (2, 3, 1);
    let (length, sorted, counts) = usort(input_len=0, input=sorted);
    assert length = 0;
    %{ __usort_max_size = 4 %}
    let (length, sorted, counts) = usort(input_len=3, input=new (2 ** 128 - 1, 0, 1));
    serialize_word(sorted[2]);
    return ();
}

%builtins range_check
from starkware.cairo.common.usort import usort
from starkware.cairo.common.alloc import alloc
func main{range_check_ptr}() {
    alloc_locals;
    let (local arr: felt*) = alloc();
    %{ __usort_max_size = 2 %}
    assert arr[0] = 9;
    usort(4, arr);
    return ();
}

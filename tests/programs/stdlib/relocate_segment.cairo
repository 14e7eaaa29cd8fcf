%builtins output
from starkware.cairo.common.segments import relocate_segment

// `relocate_segment` joins a temporary segment and a real one.
func main{output_ptr: felt*}() {
    alloc_locals;
    local temporary: felt*;
    %{ ids.temporary = segments.add_temp_segment() %}
    assert temporary[0] = 4;
    assert temporary[1] = 5;
    relocate_segment(src_ptr=temporary, dest_ptr=output_ptr);
    let output_ptr = temporary + 2;
    return ();
}

%builtins output range_check

// A temporary segment that becomes the output, in proof mode.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local temporary: felt*;
    %{
        ids.temporary = segments.add_temp_segment()
        memory.add_relocation_rule(ids.temporary, ids.output_ptr)
    %}
    assert output_ptr = output_ptr;
    assert [range_check_ptr] = 12;
    let range_check_ptr = range_check_ptr + 1;
    assert [output_ptr] = 3;
    let output_ptr = output_ptr + 1;
    return ();
}

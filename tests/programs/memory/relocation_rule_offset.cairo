%builtins output

// The destination of a relocation rule may lie inside a segment, after other cells.
func main{output_ptr: felt*}() {
    alloc_locals;
    local temporary: felt*;
    local pointer: felt*;
    %{
        ids.temporary = segments.add_temp_segment()
        memory[ids.temporary] = 5
        memory[ids.temporary + 1] = 6
        ids.pointer = ids.temporary + 1
        memory.add_relocation_rule(ids.temporary, ids.output_ptr)
    %}
    assert output_ptr = temporary;
    let output_ptr = output_ptr + 1;
    assert pointer = output_ptr;
    assert output_ptr[1] = 7;
    let output_ptr = temporary + 3;
    return ();
}

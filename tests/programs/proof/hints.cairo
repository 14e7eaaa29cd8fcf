%builtins output

// Hints, a finalized segment with public memory, and the padding of the trace.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    local p: felt*;
    %{
        ids.x = 6
        ids.p = segments.add()
        segments.write_arg(ids.p, [1, 2, 3])
        segments.finalize(ids.p.segment_index, size=5, public_memory=[(0, 0), (2, 1)])
    %}
    assert [output_ptr] = x * x;
    assert p[1] = 2;
    let output_ptr = output_ptr + 1;
    %{ print(current_step, pc.segment_index) %}
    return ();
}

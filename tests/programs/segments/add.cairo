%builtins output
from probe import finish_probe, start_probe

// New segments are numbered in order, with and without a size.
func main{output_ptr: felt*}() {
    alloc_locals;
    local p: felt*;
    start_probe();
    %{
        before = segments.n_segments
        first = segments.add()
        second = segments.add(size=10)
        third = segments.add(3)
        say("first", (str(first), first.segment_index == before, first.offset))
        say("indexes", [s.segment_index - before for s in (first, second, third)])
        say("count", segments.n_segments - before)
        memory[second + 9] = 1
        memory[third] = 1
        ids.p = first
    %}
    assert p[0] = 5;
    %{
        say("later", segments.add().segment_index - before)
        say("size", segments.get_segment_size(second.segment_index))
        show("prime", lambda: segments.prime == PRIME)
        show("memory", lambda: segments.memory[ids.p])
        show("zero segment", lambda: segments.zero_segment)
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// The zero segment grows on demand.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("none", lambda: segments.zero_segment)
        first = segments.add_zero_segment(2)
        show("cells", lambda: memory.get_range(first, 2))
        show("same", lambda: segments.add_zero_segment(3) == first)
        show("grown", lambda: memory.get_range(first, 3))
        show("smaller", lambda: (segments.add_zero_segment(1) == first, segments.zero_segment_size))
        show("attribute", lambda: segments.zero_segment == first)
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// `finalize` fixes the size (and the public memory) of a segment.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        segment = segments.add()
        memory[segment] = 4
        show("unknown size", lambda: segments.get_segment_size(segment.segment_index))
        show("finalize", lambda: segments.finalize(segment.segment_index, size=8, public_memory=[(0, 0), (1, 1)]))
        show("size", lambda: segments.get_segment_size(segment_index=segment.segment_index))
        show("used size", lambda: segments.get_segment_used_size(segment.segment_index))
        show("public", lambda: segments.public_memory_offsets[segment.segment_index])
        other = segments.add(size=5)
        show("added with size", lambda: segments.get_segment_size(other.segment_index))
        show("again", lambda: segments.finalize(other.segment_index, 6))
        show("new size", lambda: segments.get_segment_size(other.segment_index))
        show("without size", lambda: segments.finalize(other.segment_index))
        show("size stays", lambda: segments.get_segment_size(other.segment_index))
    %}
    finish_probe();
    return ();
}

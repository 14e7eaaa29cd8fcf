%builtins output
from probe import finish_probe, start_probe

// Used sizes are known only when the run is over.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("used", lambda: segments.get_segment_used_size(1))
        show("used keyword", lambda: segments.get_segment_used_size(segment_index=1))
        show("size", lambda: segments.get_segment_size(1))
        show("compute", lambda: segments.compute_effective_sizes())
        show("value", lambda: segments.is_valid_memory_value(4))
        show("relocate", lambda: segments.relocate_segments())
        show("unknown", lambda: segments.no_such_method())
    %}
    finish_probe();
    return ();
}

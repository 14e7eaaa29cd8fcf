%builtins output
from probe import finish_probe, start_probe

// Temporary segments count downwards from -1.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        say("none", segments.n_temp_segments)
        first = segments.add_temp_segment()
        second = segments.add_temp_segment()
        say("indexes", (str(first), str(second), segments.n_temp_segments))
        memory[first + 4] = 2
        say("cell", memory[first + 4])
        memory.add_relocation_rule(first, segments.add())
        memory.add_relocation_rule(second, segments.add())
        say("order", first < second < fp)
    %}
    finish_probe();
    return ();
}

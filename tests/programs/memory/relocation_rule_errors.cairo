%builtins output
from probe import finish_probe, start_probe

// What `add_relocation_rule` refuses.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        temporary = segments.add_temp_segment()
        real = segments.add()
        show("real source", lambda: memory.add_relocation_rule(real, temporary))
        show("offset", lambda: memory.add_relocation_rule(temporary + 1, real))
        show("integer source", lambda: memory.add_relocation_rule(7, real))
        show("first", lambda: memory.add_relocation_rule(temporary, real))
        show("second", lambda: memory.add_relocation_rule(temporary, real))
        show("rules", lambda: memory.relocation_rules == {temporary.segment_index: real})
    %}
    finish_probe();
    return ();
}

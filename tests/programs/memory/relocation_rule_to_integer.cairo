%builtins output
from probe import finish_probe, start_probe

// The destination of a relocation rule may be an integer; such a value is a felt from then on.
func main{output_ptr: felt*}() {
    alloc_locals;
    local value;
    start_probe();
    %{
        temporary = segments.add_temp_segment()
        ids.value = temporary + 3
        say("before", ids.value)
        memory.add_relocation_rule(temporary, 1000)
        say("after", ids.value)
        say("plus", memory.relocate_value(temporary + 7))
    %}
    assert value = 1003;
    finish_probe();
    return ();
}

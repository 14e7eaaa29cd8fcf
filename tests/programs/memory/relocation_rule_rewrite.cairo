%builtins output
from probe import finish_probe, start_probe

// A cell whose value moved is compared with what was written, not with what is read.
func main{output_ptr: felt*}() {
    alloc_locals;
    local pointer: felt*;
    local real: felt*;
    start_probe();
    %{
        ids.pointer = temporary = segments.add_temp_segment()
        ids.real = segments.add()
    %}
    tempvar copy = pointer + 1;
    %{
        memory.add_relocation_rule(temporary, ids.real)
        show("its own value", lambda: memory.__setitem__(fp, temporary))
        show("what is read", lambda: memory.__setitem__(fp, memory[fp]))
        say("raw", str(memory.data[fp]))
    %}
    assert copy = real + 1;
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// A temporary segment moves into a real one: values at once, addresses when the run ends.
func main{output_ptr: felt*}() {
    alloc_locals;
    local temporary: felt*;
    local real: felt*;
    start_probe();
    %{
        ids.temporary = segments.add_temp_segment()
        ids.real = segments.add()
        memory[ids.temporary] = 5
        memory[ids.temporary + 1] = 6
        say("temporary", (str(ids.temporary), str(memory[ids.temporary])))
    %}
    assert temporary[0] = 5;
    assert temporary[2] = 7;
    %{
        memory[ids.real + 3] = 8
        source = ids.temporary
        memory.add_relocation_rule(src_ptr=source, dest_ptr=ids.real)
        say("value moves", ids.temporary == ids.real)
        say("get moves", memory.get(fp) == ids.real)
        say("raw value stays", str(memory.data[fp]))
        say("source cell", memory[source])
        say("destination cell", memory.get(ids.real))
        say("relocate_value", memory.relocate_value(source + 2) == ids.real + 2)
        say("relocate int", memory.relocate_value(3))
        say("relocate real", memory.relocate_value(fp) == fp)
    %}
    assert temporary = real;
    finish_probe();
    return ();
}

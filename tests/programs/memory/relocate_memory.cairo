%builtins output
from probe import finish_probe, start_probe

// `relocate_memory` applies the rules in the middle of a run: the cells are at their new place.
func main{output_ptr: felt*}() {
    alloc_locals;
    local p: felt*;
    start_probe();
    %{
        temporary = segments.add_temp_segment()
        real = segments.add()
        ids.p = temporary
        memory[temporary + 1] = 7
        memory[real + 2] = 8
        show("nothing to do", lambda: memory.relocate_memory())
        memory.add_relocation_rule(temporary, real)
        show("before", lambda: memory.get(real + 1))
        show("relocate", lambda: memory.relocate_memory())
        show("moved", lambda: memory.get(real + 1))
        show("value", lambda: memory[fp] == real)
    %}
    assert p[1] = 7;
    assert p[2] = 8;
    finish_probe();
    return ();
}

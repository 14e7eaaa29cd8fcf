%builtins output
from probe import finish_probe, start_probe

// A frozen memory refuses every write, also the same value again; reads go on.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 3;
    start_probe();
    %{
        free = segments.add()
        memory.freeze()
        show("is_frozen", lambda: memory.is_frozen())
        show("write", lambda: memory.__setitem__(free, 1))
        show("same value", lambda: memory.__setitem__(fp, 3))
        show("ids", lambda: setattr(ids, "x", 3))
        show("load_data", lambda: segments.load_data(free, [1]))
        show("relocate", lambda: memory.relocate_memory())
        show("read", lambda: (memory[fp], free in memory))
        memory.unfreeze_for_testing()
        show("write after", lambda: memory.__setitem__(free, 1))
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// `memory.data` is the dictionary below the checks.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 12;
    start_probe();
    %{
        free = segments.add()
        memory[free] = 3
        show("item", lambda: memory.data[free])
        show("missing", lambda: memory.data[free + 1])
        show("get", lambda: memory.data.get(free + 1, 8))
        show("in", lambda: free in memory.data)
        show("same length", lambda: len(memory.data) == len(memory))
        show("items", lambda: [v for a, v in memory.data.items() if a >= free])
        show("local", lambda: memory.data[fp])
    %}
    finish_probe();
    return ();
}

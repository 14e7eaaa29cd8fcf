%builtins output
from probe import finish_probe, start_probe

// `del memory.data[...]` makes a cell writable again.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    start_probe();
    %{
        memory[fp] = 3
        show("before", lambda: memory[fp])
        del memory.data[fp]
        show("deleted", lambda: memory[fp])
        show("in", lambda: fp in memory)
        memory[fp] = 4
        show("after", lambda: memory[fp])
        try:
            del memory.data[fp + 1000]
        except KeyError as error:
            say("missing", type(error).__name__)
    %}
    finish_probe();
    assert x = 4;
    return ();
}

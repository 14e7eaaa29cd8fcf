%builtins output
from probe import finish_probe, start_probe

// A cell written by one hint and deleted by the next one.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    start_probe();
    %{ memory[fp] = 3 %}
    ap += 1;
    %{
        del memory.data[fp]
        show("deleted", lambda: memory.get(fp))
    %}
    ap += 1;
    %{
        show("still deleted", lambda: memory.get(fp))
        ids.x = 4
    %}
    finish_probe();
    assert x = 4;
    return ();
}

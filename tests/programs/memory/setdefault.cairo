%builtins output
from probe import finish_probe, start_probe

// `setdefault` reads or writes; it neither reduces nor validates what it writes.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 12;
    start_probe();
    %{
        free = segments.add()
        show("known", lambda: memory.setdefault(fp, 4))
        show("missing", lambda: memory.setdefault(free, 4))
        show("second", lambda: memory.setdefault(free, 5))
        show("pointer", lambda: memory.setdefault(free + 1, fp) == fp)
        show("negative", lambda: memory.setdefault(free + 2, -1))
        show("no default", lambda: memory.setdefault(free + 2))
        show("float", lambda: memory.setdefault(free + 2, 1.5))
        show("bad offset", lambda: memory.setdefault(free - 2, 1))
        show("left free", lambda: free + 2 in memory)
    %}
    finish_probe();
    return ();
}

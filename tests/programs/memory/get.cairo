%builtins output
from probe import finish_probe, start_probe

// `memory.get` with and without a default; it accepts anything hashable as a key.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 12;
    start_probe();
    %{
        show("known", lambda: memory.get(fp))
        show("known with default", lambda: memory.get(fp, 4))
        show("missing", lambda: memory.get(fp + 1000))
        show("missing with default", lambda: memory.get(fp + 1000, 4))
        show("keyword", lambda: memory.get(addr=fp + 1000, default_value=5))
        show("pointer default", lambda: memory.get(fp + 1000, fp) == fp)
        show("default is not written", lambda: memory.get(fp + 1000))
        show("integer", lambda: memory.get(7))
        show("negative", lambda: memory.get(-7, 1))
        show("text", lambda: memory.get("a", "b"))
        show("negative offset", lambda: memory.get(fp - 1000000))
    %}
    finish_probe();
    return ();
}

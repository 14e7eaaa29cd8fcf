%builtins output
from probe import finish_probe, start_probe

// What a hint finds at its start: registers and VM names afresh; user names that collide are lost.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        say("names", sorted(name for name in globals() if not name.startswith("__") and name not in ("say", "show", "hashlib", "observations")))
        segments = 3
        memory = 4
        ids = 5
        PRIME = 6
        fadd = 7
        vm_enter_scope = 8
        builtin_runners = 9
        mine = 10
        say("collide", (segments, memory, ids, PRIME, fadd, vm_enter_scope, builtin_runners))
    %}
    ap += 1;
    %{
        say("afresh", [type(value).__name__ for value in (PRIME, ap, fp, pc, current_step)])
        say("functions", [callable(value) for value in (fadd, vm_enter_scope)])
        show("runners", lambda: sorted(builtin_runners))
        show("segments", lambda: segments.n_segments)
        say("mine", mine)
    %}
    finish_probe();
    return ();
}

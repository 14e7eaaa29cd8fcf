%builtins output
from probe import finish_probe, start_probe

// A module beside the program, found through sys.path; it works on the objects of the hint.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 8;
    start_probe();
    %{
        import sys

        sys.path.append("modules")
        import probe_module

        say("call", (probe_module.remember(1), probe_module.remember(ids.x)))
        say("memory", probe_module.first_cell(memory, fp))
        show("exception", lambda: probe_module.fail(4))
        try:
            probe_module.fail(5)
        except probe_module.ProbeError as error:
            say("attribute", error.code)
    %}
    ap += 1;
    %{
        from probe_module import calls
        say("state", calls)
    %}
    finish_probe();
    return ();
}

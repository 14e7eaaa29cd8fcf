%builtins output
from probe import finish_probe, start_probe

// The program input is a variable of the main scope: hints may change it, new scopes lack it.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("keys", lambda: sorted(program_input))
        show("number", lambda: program_input["number"] + 1)
        show("big", lambda: program_input["big"] % PRIME)
        show("list", lambda: memory.get_range(segments.gen_arg(program_input["list"]), 3))
        show("nested", lambda: program_input["nested"]["a"][1]["b"])
        show("float", lambda: program_input["float"])
        show("constants", lambda: program_input["constants"])
        show("text", lambda: program_input["text"])
        show("missing", lambda: program_input["missing"])
        program_input["added"] = 1
        vm_enter_scope({"say": say})
    %}
    ap += 1;
    %{
        say("in a scope", "program_input" in globals())
        vm_exit_scope()
    %}
    ap += 1;
    %{
        show("changed", lambda: program_input["added"])
        program_input = 5
    %}
    ap += 1;
    %{ show("replaced", lambda: program_input) %}
    finish_probe();
    return ();
}

%builtins output range_check
from probe import finish_probe, start_probe

// `globals()` and `locals()` are one dictionary; absent names are absent.
func main{output_ptr: felt*, range_check_ptr}() {
    start_probe();
    %{
        say("same", globals() is locals())
        say("absent", ("nothing" in globals(), globals().get("nothing", 5), "__name__" in globals()))
        say("builtins", "__builtins__" in globals())
        say("vm names", [name in globals() for name in ("memory", "segments", "ids", "ap", "fp", "pc", "current_step")])
        say("functions", [name in globals() for name in ("vm_enter_scope", "vm_exit_scope", "vm_load_program", "is_accessed", "vm_add_validation_rule", "vm_add_auto_deduction_rule", "vm_ecdsa_additional_data")])
        say("runners", [name in globals() for name in ("builtin_runners", "output_builtin", "range_check_builtin", "ecdsa_builtin")])
        say("input", "program_input" in globals())
        say("hidden", [name in globals() for name in ("vm", "runner", "syscall_handler", "vm_run_context", "__file__")])
        globals()["made"] = 1
        say("made", made)
        kept = dict(globals())

        class Plain:
            pass

        say("module", Plain.__module__)
        show("name", lambda: __name__)

        def where():
            return globals() is kept_globals

        kept_globals = globals()
    %}
    ap += 1;
    %{
        say("still the same", globals() is kept_globals and where())
        say("made stays", made)
        globals().pop("made")
    %}
    ap += 1;
    %{ say("popped", "made" in globals()) %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// A new scope has the given names only; leaving it brings the old names back.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        outer = 1
        given = [2]
        vm_enter_scope({"given": given, "renamed": outer, "say": say, "show": show})
        say("entered, same dictionary until the hint ends", (outer, "renamed" in globals()))
        written_after_enter = 3
    %}
    ap += 1;
    %{
        show("outer", lambda: outer)
        show("given", lambda: (given, renamed))
        show("written after entering", lambda: written_after_enter)
        show("input", lambda: program_input)
        show("prime", lambda: PRIME > 0)
        show("static", lambda: (segments.n_segments > 0, fadd(1, 2)))
        given.append(4)
        renamed = 5
        inner = 6
        say("length", len([n for n in globals() if n in ("outer", "given", "renamed", "inner")]))
    %}
    ap += 1;
    %{
        say("inner stays", (inner, renamed))
        vm_exit_scope()
        say("left, still inner names", inner)
        lost = 7
    %}
    ap += 1;
    %{
        say("back", (outer, given, written_after_enter))
        say("gone", [name in globals() for name in ("inner", "renamed", "lost")])
    %}
    finish_probe();
    return ();
}

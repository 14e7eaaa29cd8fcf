// A hint sees the run and earlier hints, not the program that drives the VM.
func main() {
    %{
        names = ("vm", "runner", "self", "exec_locals", "hint", "args", "program", "worker", "session", "client")
        print([name for name in names if name in globals()])
        import __main__
        print([name for name in ("vm", "x_of_hint", "memory", "ids") if hasattr(__main__, name)])
        x_of_hint = 1
    %}
    ap += 1;
    %{
        import builtins
        print(x_of_hint, hasattr(builtins, "x_of_hint"), hasattr(builtins, "memory"))
    %}
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// Errors are raised at the statement; what was written before an exception stays written.
func main{output_ptr: felt*}() {
    alloc_locals;
    local a;
    local b;
    local c = 3;
    local d;
    start_probe();
    %{
        try:
            ids.a = 1
            ids.b = 2
            ids.c = 4
            ids.d = 5
        except Exception as error:
            say("caught", f"{type(error).__name__}: {error}")
        say("cells", [memory.get(fp + i) for i in range(4)])
        for value in (3, 4):
            try:
                memory[fp + 2] = value
                say("accepted", value)
            except Exception as error:
                say("refused", value)
        ids.d = 6
    %}
    finish_probe();
    assert (a, b, c, d) = (1, 2, 3, 6);
    return ();
}

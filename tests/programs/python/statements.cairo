%builtins output
from probe import finish_probe, start_probe

// Statements of Python at the top level of a hint.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    start_probe();
    %{
        total = 0
        for i in range(10):
            if i == 3:
                continue
            if i > 6:
                break
            total += i
        else:
            total = -1
        say("for", total)

        while total:
            total //= 2
        else:
            say("while", total)

        try:
            1 / 0
        except ZeroDivisionError as error:
            kept = str(error)
        finally:
            say("try", kept)
        say("name of the exception is gone", "error" in globals())

        with open("probe.cairo") as source:
            say("with", source.readline().split()[0])

        (a, *b), c = (1, 2, 3), 4
        say("unpack", (a, b, c))
        if (length := len(b)) > 1:
            say("walrus", length)
        say("conditional", "yes" if a else "no")
        say("chained", 1 < a + 1 < 3)
        say("slices", [1, 2, 3, 4][::-2])
        assert a == 1, "never"
        pass
        del a
        ids.x = (lambda y: y * 2)(21)
        say("text", f"{x!r:>5}" if "x" in globals() else f"{ids.x:#x}")
        say("long", 2**200 % PRIME)
    %}
    assert x = 42;
    finish_probe();
    return ();
}

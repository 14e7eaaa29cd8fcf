%builtins output
from probe import finish_probe, start_probe

// Objects that cannot be copied between processes live across hints.
func main{output_ptr: felt*}() {
    alloc_locals;
    local total;
    start_probe();
    %{
        import itertools
        import tempfile
        from collections import defaultdict

        def numbers():
            received = 0
            while True:
                received = yield received * 2

        generator = numbers()
        next(generator)
        counting = itertools.count(10)
        missing = defaultdict(lambda: 99)
        handle = tempfile.TemporaryFile("w+")
        handle.write("line one\n")
        on_exit = lambda: missing[5] + 1
    %}
    ap += 1;
    %{
        say("generator", [generator.send(i) for i in (1, 2)])
        say("iterator", next(counting))
        say("default", (missing[1], on_exit()))
        handle.write("line two\n")
    %}
    ap += 1;
    %{
        say("generator", generator.send(5))
        say("iterator", list(itertools.islice(counting, 2)))
        handle.seek(0)
        say("file", handle.read().split("\n"))
        handle.close()
        generator.close()
        ids.total = len(missing)
    %}
    assert total = 2;
    finish_probe();
    return ();
}

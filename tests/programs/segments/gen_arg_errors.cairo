%builtins output
from probe import finish_probe, start_probe

// What `gen_arg` refuses, and what it has done by then.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        base = segments.n_segments
        show("none inside", lambda: segments.gen_arg([1, None]))
        say("segments", segments.n_segments - base)
        say("partial", memory.get(type(fp)(base, 0)))
        show("float inside", lambda: segments.gen_arg([1.5]))
        show("huge inside", lambda: memory[segments.gen_arg([2**300])] == 2**300 % PRIME)
        show("negative kept", lambda: segments.gen_arg([1, -1], apply_modulo_to_args=False))
        show("unreduced", lambda: memory[segments.gen_arg([PRIME - 1], apply_modulo_to_args=False)] == PRIME - 1)
        show("object inside", lambda: type(segments.gen_arg(object())).__name__)
        try:
            segments.gen_arg("text")
        except RecursionError:
            say("text", "endless")
        say("text made segments", segments.n_segments - base > 50)

        def failing():
            yield 1
            raise LookupError("from the generator")

        count = segments.n_segments
        show("failing generator", lambda: segments.gen_arg(failing()))
        say("segment stays", segments.n_segments - count)
    %}
    finish_probe();
    return ();
}

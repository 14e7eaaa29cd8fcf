%builtins output
from probe import finish_probe, start_probe

// `write_arg` writes an iterable at an address and returns the address after it.
func main{output_ptr: felt*}() {
    alloc_locals;
    local p: felt*;
    start_probe();
    %{
        ids.p = start = segments.add()
        end = segments.write_arg(start, [1, -2, True, fp])
        say("end", end - start)
        say("cells", [memory[start], memory[start + 1] == PRIME - 2, memory[start + 2], memory[start + 3] == fp])
        end = segments.write_arg(ptr=end, arg=(i for i in range(2)), apply_modulo_to_args=True)
        say("generator", end - start)
        inner = segments.write_arg(end, [[7, 8]])
        say("nested", memory[memory[end] + 1])
        show("empty", lambda: segments.write_arg(inner, []) == inner)
        show("same again", lambda: segments.write_arg(start, [1]) == start + 1)
        show("conflict", lambda: segments.write_arg(start, [1, 3]))
        show("no iterable", lambda: segments.write_arg(inner, 5))
        show("unreduced", lambda: segments.write_arg(inner, [-1], apply_modulo_to_args=False))
        show("partial", lambda: segments.write_arg(inner, [4, None]))
        show("partial stays", lambda: memory.get(inner))
        show("dict", lambda: segments.write_arg(inner + 5, {1: 2, 3: 4}) - inner)
        show("bad address", lambda: segments.write_arg(start - 1, [4]))
    %}
    assert p[0] = 1;
    finish_probe();
    return ();
}

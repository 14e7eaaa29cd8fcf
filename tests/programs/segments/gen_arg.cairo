%builtins output
from probe import finish_probe, start_probe

// `gen_arg` turns Python values into Cairo arguments: ints stay, iterables become segments.
func main{output_ptr: felt*}() {
    alloc_locals;
    local nested: felt**;
    start_probe();
    %{
        show("int", lambda: segments.gen_arg(5))
        show("negative", lambda: segments.gen_arg(-1) == PRIME - 1)
        show("prime", lambda: segments.gen_arg(PRIME + 2))
        show("bool", lambda: segments.gen_arg(True))
        show("pointer", lambda: segments.gen_arg(fp) == fp)
        show("none", lambda: segments.gen_arg(None))
        show("float", lambda: segments.gen_arg(1.5))
        show("unreduced", lambda: segments.gen_arg(-1, apply_modulo_to_args=False))
        base = segments.n_segments
        ids.nested = segments.gen_arg([[1, 2], [], [3, [4]]])
        say("segments", segments.n_segments - base)
        say("root first", ids.nested.segment_index == base)
        children = [memory[ids.nested + i].segment_index - base for i in range(3)]
        say("children", children)
        say("deep", memory[memory[memory[ids.nested + 2] + 1]])
        generator = segments.gen_arg(i * i for i in range(4))
        say("generator", memory.get_range(generator, 4))
        say("range", memory.get_range(segments.gen_arg(range(3)), 3))
        say("dict keys", memory.get_range(segments.gen_arg({5: 6, 7: 8}), 2))
        say("bytes", memory.get_range(segments.gen_arg(b"AB"), 2))
        say("tuple", memory.get_range(segments.gen_arg((1, -2)), 2) == [1, PRIME - 2])
        kept = segments.gen_arg([3, 4], apply_modulo_to_args=False)
        say("kept", memory.get_range(kept, 2))
        show("keyword", lambda: memory[segments.gen_arg(arg=[9])])
    %}
    assert nested[0][1] = 2;
    assert nested[2][0] = 3;
    finish_probe();
    return ();
}

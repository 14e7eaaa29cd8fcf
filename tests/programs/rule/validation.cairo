%builtins output
from probe import finish_probe, start_probe

// A validation rule of a hint is called for every write into its segment, by hints and by Cairo.
func main{output_ptr: felt*}() {
    alloc_locals;
    local p: felt*;
    start_probe();
    %{
        calls = []
        ids.p = checked = segments.add()

        def only_even(memory, address, limit):
            value = memory[address]
            calls.append((address.offset, value))
            assert value < limit, f"{value} is too large"
            if value % 2:
                raise ValueError(f"{value} is odd")
            return {address}

        vm_add_validation_rule(checked.segment_index, only_even, 100)
        memory[checked] = 4
        show("odd", lambda: memory.__setitem__(checked + 1, 5))
        show("stays written", lambda: memory[checked + 1])
        show("too large", lambda: memory.__setitem__(checked + 2, 102))
        show("validated once", lambda: memory.__setitem__(checked, 4))
        show("not validated yet", lambda: memory.__setitem__(checked + 1, 5))
        segments.load_data(checked + 5, [7])
        del memory.data[checked + 1], memory.data[checked + 2], memory.data[checked + 5]
        memory[checked + 1] = 8
    %}
    assert p[2] = 6;
    assert p[0] = 4;
    %{ say("calls", calls) %}
    finish_probe();
    return ();
}

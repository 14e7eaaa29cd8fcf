%builtins output
from probe import finish_probe, start_probe

// `in`, `len`, iteration, `items` and `keys` show the whole memory of the run.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 12;
    start_probe();
    %{
        show("in", lambda: fp in memory)
        show("not in", lambda: fp + 1000 in memory)
        show("integer", lambda: 7 in memory)
        show("text", lambda: "a" in memory)
        before = len(memory)
        free = segments.add()
        memory[free] = 3
        memory[free + 2] = 4
        memory[free + 2] = 4
        say("added", len(memory) - before)
        say("lengths agree", len(memory) == len(list(memory)) == len(list(memory.keys())))
        say("items", [value for address, value in memory.items() if address >= free])
        say("keys", sorted(address.offset for address in memory.keys() if address >= free))
        say("iteration", sum(1 for address in memory if address.segment_index == fp.segment_index))
        say("item is known", (fp, 12) in list(memory.items()))
        say("program cells", len([a for a in memory if a.segment_index == 0]))
        say("truth", bool(memory))
    %}
    finish_probe();
    return ();
}

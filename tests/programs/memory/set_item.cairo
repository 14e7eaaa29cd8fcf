%builtins output
from probe import finish_probe, start_probe

// Writes: reduction modulo the prime, kinds of values, write-once cells, bad addresses.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    start_probe();
    %{
        free = segments.add()

        def write(address, value):
            memory[address] = value
            return memory[address]

        show("int", lambda: write(free, 5))
        show("same again", lambda: write(free, 5))
        show("same modulo prime", lambda: write(free, 5 + PRIME))
        show("another", lambda: write(free, 6))
        show("kept", lambda: memory[free])
        show("negative", lambda: write(free + 1, -1) == PRIME - 1)
        show("minus prime", lambda: write(free + 2, -PRIME))
        show("prime", lambda: write(free + 3, PRIME))
        show("huge", lambda: write(free + 4, 2**300) == 2**300 % PRIME)
        show("true", lambda: write(free + 5, True))
        show("false", lambda: write(free + 6, False))
        show("pointer", lambda: write(free + 7, fp) == fp)
        show("float", lambda: write(free + 9, 1.5))
        show("integral float", lambda: write(free + 9, 2.0))
        show("none", lambda: write(free + 9, None))
        show("list", lambda: write(free + 9, [1]))
        show("still free", lambda: free + 9 in memory)
        show("bad offset", lambda: write(free - 1, 1))
        show("negative address", lambda: write(-1, 1))
        show("text address", lambda: write("a", 1))
        show("pointer over int", lambda: write(free, fp))
        show("int over pointer", lambda: write(free + 7, 1))
        try:
            memory[free] = 6
        except Exception as error:
            say("attributes", (error.addr == free, error.old_value, error.new_value))
        memory[fp] = 77
    %}
    finish_probe();
    assert x = 77;
    return ();
}

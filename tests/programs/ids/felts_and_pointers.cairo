%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

struct Pair {
    a: felt,
    b: felt,
}

// Reading `ids.x` by type: felts and pointers to felts or pointers are values.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local x = -5;
    local p: felt* = &x;
    local pp: felt** = &p;
    local ppp: felt*** = &pp;
    local pair: Pair = Pair(3, 4);
    local to_pair: Pair* = &pair;
    local to_pointer: Pair** = &to_pair;
    local pointer_in_felt: felt = cast(&x, felt);
    start_probe();
    %{
        show("felt", lambda: ids.x == PRIME - 5)
        show("felt*", lambda: ids.p == fp + 2 or ids.p - fp)
        show("felt**", lambda: ids.pp - ids.p)
        show("felt***", lambda: memory[memory[memory[ids.ppp]]] == ids.x)
        show("Pair**", lambda: memory[ids.to_pointer] == ids.to_pair.address_)
        show("pointer in felt", lambda: ids.pointer_in_felt == ids.p)
        show("type", lambda: (type(ids.x).__name__, type(ids.p).__name__, type(ids.pair).__name__))
        show("output_ptr", lambda: ids.output_ptr.offset)
    %}
    finish_probe();
    return ();
}

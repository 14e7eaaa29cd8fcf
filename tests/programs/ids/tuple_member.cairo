%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

struct Holder {
    plain: felt,
    pair: (felt, felt),
    to_pair: (a: felt, b: felt)*,
}

// Members whose type is a tuple.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local values: (a: felt, b: felt) = (a=8, b=9);
    local holder: Holder = Holder(plain=1, pair=(2, 3), to_pair=&values);
    local pointer: (a: felt, b: felt)* = &values;
    start_probe();
    %{
        show("plain", lambda: ids.holder.plain)
        show("tuple member", lambda: ids.holder.pair)
        show("tuple pointer member", lambda: ids.holder.to_pair)
        show("tuple pointer", lambda: ids.pointer)
        show("set tuple member", lambda: setattr(ids.holder, "pair", 2))
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, EcOpBuiltin, HashBuiltin, ModBuiltin

// Definitions of imported builtin structs, with nested members of several cells.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("hash", lambda: (ids.HashBuiltin.SIZE, ids.HashBuiltin.result))
        show("bitwise", lambda: (ids.BitwiseBuiltin.SIZE, ids.BitwiseBuiltin.x_or_y))
        show("ec_op", lambda: (ids.EcOpBuiltin.SIZE, ids.EcOpBuiltin.q, ids.EcOpBuiltin.m))
        show("mod", lambda: (ids.ModBuiltin.SIZE, ids.ModBuiltin.values_ptr))
    %}
    finish_probe();
    return ();
}

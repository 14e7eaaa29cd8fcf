%builtins output
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.cairo_secp.constants import BASE

// The limbs add up to more than the prime.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x: BigInt3 = BigInt3(5, -1, 0);
    local low;
    %{ ids.low = (ids.x.d0 + ids.x.d1 * ids.BASE) & ((1 << 128) - 1) %}
    assert [output_ptr] = low;
    let output_ptr = output_ptr + 1;
    return ();
}

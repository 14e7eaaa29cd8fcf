%builtins range_check
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.cairo_secp.ec import ec_mul_by_uint256
from starkware.cairo.common.cairo_secp.signature import get_generator_point
from starkware.cairo.common.uint256 import Uint256

// Multiplications of a point of secp256k1, as signatures are verified.
func multiply{range_check_ptr}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (generator) = get_generator_point();
    let (product) = ec_mul_by_uint256(
        generator, Uint256(0xfedcba98765432100123456789abcdef + n, 0x0f1e2d3c4b5a69788796a5b4c3d2e1f0)
    );
    return multiply(n - 1);
}

func main{range_check_ptr}() {
    multiply(12);
    return ();
}

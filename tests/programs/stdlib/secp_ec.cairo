%builtins output range_check
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.cairo_secp.ec import (
    ec_add,
    ec_double,
    ec_mul,
    ec_mul_by_uint256,
    ec_negate,
    fast_ec_add,
)
from starkware.cairo.common.cairo_secp.ec_point import EcPoint
from starkware.cairo.common.cairo_secp.signature import get_generator_point
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Points of secp256k1.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local g: EcPoint) = get_generator_point();
    let (double) = ec_double(g);
    let (triple) = fast_ec_add(double, g);
    let (also) = ec_mul(g, BigInt3(3, 0, 0));
    assert also.x = triple.x;
    let (minus) = ec_negate(g);
    let (zero) = ec_add(g, minus);
    assert zero.x = BigInt3(0, 0, 0);
    let (same) = ec_add(g, g);
    assert same.y = double.y;
    let (product) = ec_mul_by_uint256(g, Uint256(3, 0));
    assert product.x = triple.x;
    serialize_word(triple.x.d0);
    serialize_word(triple.y.d2);
    return ();
}

%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3, SumBigInt3
from starkware.cairo.common.cairo_secp.ec_point import EcPoint
from starkware.cairo.common.secp256r1.ec import (
    ec_add,
    ec_double,
    ec_mul,
    ec_mul_by_uint256,
    try_get_point_from_x,
)
from starkware.cairo.common.secp256r1.field import (
    is_zero,
    reduce,
    unreduced_sqr,
    validate_reduced_field_element,
)
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Points and field of secp256r1.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local g: EcPoint = EcPoint(
        BigInt3(52227620040540588600771222, 33347259622618539004134583, 8091721874918813684698062),
        BigInt3(59685082318776612195095029, 54599710628478995760242092, 6036146923926000695307902),
    );
    let (double) = ec_double(g);
    let (triple) = ec_add(double, g);
    let (also) = ec_mul(g, BigInt3(3, 0, 0));
    assert also.x = triple.x;
    let (product) = ec_mul_by_uint256(g, Uint256(3, 1));
    let (local maybe: EcPoint*) = alloc();
    let (found) = try_get_point_from_x(g.x, 1, maybe);
    assert found = 1;
    let (square) = unreduced_sqr(g.x);
    let (reduced) = reduce(square);
    validate_reduced_field_element(reduced);
    let (zero) = is_zero(SumBigInt3(0, 0, 0));
    let (not_zero) = is_zero(SumBigInt3(0, 1, 0));
    assert (zero, not_zero) = (1, 0);
    serialize_word(triple.x.d0);
    serialize_word(product.y.d1);
    serialize_word(maybe.y.d0);
    serialize_word(reduced.d2);
    return ();
}

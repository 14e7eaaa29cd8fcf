%builtins output range_check
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3, SumBigInt3, UnreducedBigInt3
from starkware.cairo.common.cairo_secp.field import (
    is_zero,
    reduce,
    unreduced_mul,
    unreduced_sqr,
    validate_reduced_field_element,
    verify_zero,
)
from starkware.cairo.common.serialize import serialize_word

// Field operations of secp256k1.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let a = BigInt3(2 ** 85, 7, 2 ** 80);
    let (product) = unreduced_mul(a, a);
    let (square) = unreduced_sqr(a);
    verify_zero(UnreducedBigInt3(product.d0 - square.d0, product.d1 - square.d1, product.d2 - square.d2));
    let (reduced) = reduce(square);
    validate_reduced_field_element(reduced);
    let (zero) = is_zero(SumBigInt3(0, 0, 0));
    let (not_zero) = is_zero(SumBigInt3(1, 2, 3));
    assert (zero, not_zero) = (1, 0);
    serialize_word(reduced.d0);
    serialize_word(reduced.d1);
    serialize_word(reduced.d2);
    return ();
}

%builtins output range_check
from starkware.cairo.common.cairo_secp.bigint import (
    bigint_mul,
    bigint_to_uint256,
    nondet_bigint3,
    uint256_to_bigint,
)
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Numbers of three limbs for the curve secp256k1.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (big) = uint256_to_bigint(Uint256(0x1234567890abcdef, 2 ** 127 + 5));
    let (back) = bigint_to_uint256(big);
    assert (back.low, back.high) = (0x1234567890abcdef, 2 ** 127 + 5);
    let (product) = bigint_mul(big, BigInt3(2, 3, 4));
    assert product.d0 = 2 * big.d0;
    %{ value = 2**200 + 17 %}
    let (guessed) = nondet_bigint3();
    assert guessed.d0 = 17;
    serialize_word(guessed.d2);
    serialize_word(product.d4);
    return ();
}

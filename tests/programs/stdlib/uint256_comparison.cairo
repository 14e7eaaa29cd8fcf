%builtins output range_check
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import (
    Uint256,
    assert_uint256_eq,
    assert_uint256_le,
    assert_uint256_lt,
    uint256_eq,
    uint256_le,
    uint256_lt,
    uint256_signed_le,
    uint256_signed_lt,
    uint256_signed_nn,
    uint256_signed_nn_le,
)

// Comparisons of 256-bit numbers.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let small = Uint256(9, 1);
    let big = Uint256(1, 9);
    let minus = Uint256(2 ** 128 - 1, 2 ** 128 - 1);
    let (a) = uint256_lt(small, big);
    let (b) = uint256_lt(big, small);
    let (c) = uint256_le(big, big);
    assert (a, b, c) = (1, 0, 1);
    let (a) = uint256_signed_lt(minus, small);
    let (b) = uint256_signed_le(small, minus);
    let (c) = uint256_signed_nn(minus);
    let (d) = uint256_signed_nn(big);
    let (e) = uint256_signed_nn_le(small, big);
    assert (a, b, c, d, e) = (1, 0, 0, 1, 1);
    let (a) = uint256_eq(small, small);
    let (b) = uint256_eq(small, big);
    assert (a, b) = (1, 0);
    assert_uint256_eq(small, small);
    assert_uint256_lt(small, big);
    assert_uint256_le(big, big);
    serialize_word(a);
    return ();
}

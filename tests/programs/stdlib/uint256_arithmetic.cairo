%builtins output range_check
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import (
    Uint256,
    uint256_add,
    uint256_check,
    uint256_cond_neg,
    uint256_mul,
    uint256_mul_div_mod,
    uint256_neg,
    uint256_signed_div_rem,
    uint256_sqrt,
    uint256_sub,
    uint256_unsigned_div_rem,
)

const MAX = 2 ** 128 - 1;

// Sums, products, quotients of 256-bit numbers.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let a = Uint256(MAX, 5);
    let b = Uint256(2, MAX);
    uint256_check(a);
    let (sum, carry) = uint256_add(a, b);
    assert (sum.low, sum.high, carry) = (1, 5, 1);
    let (difference) = uint256_sub(a, Uint256(5, 5));
    assert (difference.low, difference.high) = (MAX - 5, 0);
    let (low, high) = uint256_mul(a, b);
    serialize_word(low.low);
    serialize_word(high.high);
    let (q, r) = uint256_unsigned_div_rem(b, Uint256(1000, 1));
    serialize_word(q.low);
    serialize_word(r.low);
    let (zero_q, zero_r) = uint256_unsigned_div_rem(b, Uint256(0, 0));
    assert (zero_q.low, zero_q.high) = (0, 0);
    let (minus) = uint256_neg(Uint256(7, 0));
    let (q, r) = uint256_signed_div_rem(minus, Uint256(2, 0));
    let (same) = uint256_cond_neg(q, 0);
    let (back) = uint256_cond_neg(same, 1);
    serialize_word(back.low);
    serialize_word(r.low);
    let (q, qh, m) = uint256_mul_div_mod(a, b, Uint256(12345, 678));
    serialize_word(m.low);
    let (root) = uint256_sqrt(Uint256(0, 2 ** 100));
    assert (root.low, root.high) = (2 ** 114, 0);
    let (root) = uint256_sqrt(Uint256(MAX, MAX));
    serialize_word(root.low);
    return ();
}

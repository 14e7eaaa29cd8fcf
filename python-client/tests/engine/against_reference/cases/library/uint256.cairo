%builtins range_check bitwise
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.uint256 import (
    Uint256, uint256_add, uint256_and, uint256_lt, uint256_mul, uint256_mul_div_mod, uint256_pow2,
    uint256_reverse_endian, uint256_shl, uint256_shr, uint256_signed_div_rem, uint256_sqrt, uint256_sub,
    uint256_unsigned_div_rem, uint256_xor, uint256_neg, uint256_signed_lt)
from starkware.cairo.common.bitwise import bitwise_and, bitwise_operations

func main{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    local a: Uint256 = Uint256(2 ** 127 + 99, 2 ** 120 + 3);
    local b: Uint256 = Uint256(2 ** 128 - 1, 12345);
    let (local sum, carry) = uint256_add(a, b);
    let (local low, local high) = uint256_mul(a, b);
    let (local q, local r) = uint256_unsigned_div_rem(a, b);
    let (local sq, local sr) = uint256_signed_div_rem(a, b);
    let (local root) = uint256_sqrt(a);
    let (local ql, local qh, local rem) = uint256_mul_div_mod(a, b, Uint256(77, 5));
    let (sh) = uint256_shl(a, Uint256(13, 0));
    let (shr) = uint256_shr(a, Uint256(200, 0));
    let (d) = uint256_sub(b, a);
    let (n) = uint256_neg(a);
    let (l) = uint256_lt(a, b);
    let (sl) = uint256_signed_lt(a, b);
    let (x) = uint256_xor(a, b);
    let (an) = uint256_and(a, b);
    let (rev) = uint256_reverse_endian(a);
    %{ print(ids.sum.low, ids.low.high, ids.q.low, ids.r.low, ids.root.low, ids.rem.low, ids.sq.low, ids.sr.high) %}
    return ();
}

%builtins output range_check bitwise
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import (
    Uint256,
    felt_to_uint256,
    split_64,
    uint256_and,
    uint256_not,
    uint256_or,
    uint256_pow2,
    uint256_reverse_endian,
    uint256_shl,
    uint256_shr,
    uint256_to_felt,
    uint256_xor,
    word_reverse_endian,
)

// Shifts, masks and conversions of 256-bit numbers.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let value = Uint256(0x1234, 0x5678);
    let (left) = uint256_shl(value, Uint256(100, 0));
    let (right) = uint256_shr(value, Uint256(130, 0));
    assert (right.low, right.high) = (0x5678 / 4, 0);
    let (two) = uint256_pow2(Uint256(200, 0));
    assert (two.low, two.high) = (0, 2 ** 72);
    let (nothing) = uint256_pow2(Uint256(256, 0));
    assert (nothing.low, nothing.high) = (0, 0);
    let (a) = uint256_and(value, Uint256(0xff00, 0xff));
    let (b) = uint256_or(value, Uint256(0xff00, 0xff));
    let (c) = uint256_xor(value, value);
    let (d) = uint256_not(value);
    assert (a.low, a.high, c.low) = (0x1200, 0x78, 0);
    let (e) = uint256_reverse_endian(value);
    serialize_word(e.low);
    let (f) = word_reverse_endian(0x0102);
    serialize_word(f);
    let g = felt_to_uint256(-1);
    let h = uint256_to_felt(g);
    assert h = -1;
    let (low, high) = split_64(2 ** 64 * 3 + 4);
    assert (low, high) = (4, 3);
    serialize_word(left.high);
    serialize_word(d.low + b.low);
    return ();
}

%builtins output range_check bitwise keccak
from starkware.cairo.common.builtin_keccak.keccak import (
    keccak,
    keccak_bigend,
    keccak_felts,
    keccak_padded_input,
    keccak_uint256s_bigend,
)
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, KeccakBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Keccak with the builtin.
func main{
    output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*, keccak_ptr: KeccakBuiltin*
}() {
    alloc_locals;
    let (a) = keccak(new (0x0706050403020100, 0x0908), 10);
    let (b) = keccak_bigend(new (0), 0);
    let (c) = keccak_felts(2, new (1, -1));
    let (d) = keccak_uint256s_bigend(1, new Uint256(1, 2));
    let (e) = keccak(
        new (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), 20 * 8
    );
    serialize_word(a.low);
    serialize_word(b.high);
    serialize_word(c.low);
    serialize_word(d.high);
    serialize_word(e.low);
    return ();
}

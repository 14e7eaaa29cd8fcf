%builtins output range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_keccak.keccak import (
    cairo_keccak,
    cairo_keccak_bigend,
    cairo_keccak_felts,
    cairo_keccak_uint256s_bigend,
    finalize_keccak,
)
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Keccak computed in Cairo and its verification.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local start: felt*) = alloc();
    let keccak_ptr = start;
    with keccak_ptr {
        let (a) = cairo_keccak(new (0x0706050403020100, 0x0908), 10);
        let (b) = cairo_keccak_bigend(new (1), 0);
        let (c) = cairo_keccak_felts(2, new (1, -1));
        let (d) = cairo_keccak_uint256s_bigend(1, new Uint256(1, 2));
    }
    finalize_keccak(start, keccak_ptr);
    serialize_word(a.low);
    serialize_word(b.high);
    serialize_word(c.low);
    serialize_word(d.high);
    return ();
}

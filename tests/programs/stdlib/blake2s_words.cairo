%builtins output range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_blake2s.blake2s import (
    blake2s,
    blake2s_add_felts,
    blake2s_add_uint256,
    blake2s_as_words,
    blake2s_bigend,
    blake2s_felts,
    finalize_blake2s,
)
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Blake2s computed by hints and verified in Cairo.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local start: felt*) = alloc();
    let blake2s_ptr = start;
    with blake2s_ptr {
        let (a) = blake2s(new (0x64636261), 4);
        let (b) = blake2s_bigend(new (0x64636261), 3);
        let (words) = blake2s_as_words(new (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17), 68);
        let (c) = blake2s_felts(2, new (1, -1), 1);
    }
    let (local data: felt*) = alloc();
    let data_end = data;
    blake2s_add_uint256{data=data_end}(Uint256(1, 2));
    assert data_end = data + 8;
    finalize_blake2s(start, blake2s_ptr);
    serialize_word(a.low);
    serialize_word(b.high);
    serialize_word(words[0]);
    serialize_word(c.low);
    return ();
}

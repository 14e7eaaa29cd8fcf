%builtins output range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.keccak_utils.keccak_utils import (
    keccak_add_felts,
    keccak_add_uint256,
    keccak_add_uint256s,
)
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Felts and 256-bit numbers as words for keccak.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local inputs_start: felt*) = alloc();
    let inputs = inputs_start;
    with inputs {
        keccak_add_uint256(Uint256(1, 2), 0);
        keccak_add_uint256(Uint256(1, 2), 1);
        keccak_add_felts(2, new (3, -1), 1);
        keccak_add_uint256s(1, new Uint256(5, 6), 0);
    }
    assert inputs = inputs_start + 20;
    serialize_word(inputs_start[4]);
    serialize_word(inputs_start[15]);
    return ();
}

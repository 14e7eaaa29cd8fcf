%builtins output range_check
from starkware.cairo.common.keccak import (
    keccak_felts,
    truncated_keccak2,
    unsafe_keccak,
    unsafe_keccak_add_felt,
    unsafe_keccak_add_felts,
    unsafe_keccak_add_uint256,
    unsafe_keccak_finalize,
    unsafe_keccak_init,
)
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Keccak guessed by hints.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (low, high) = unsafe_keccak(new (0x0102030405060708090a0b0c0d0e0f10, 0x1112), 18);
    serialize_word(low);
    serialize_word(high);
    let (keccak_state) = unsafe_keccak_init();
    with keccak_state {
        unsafe_keccak_add_felt(-1);
        unsafe_keccak_add_uint256(Uint256(1, 2));
        unsafe_keccak_add_felts(2, new (3, 4));
    }
    let (a) = unsafe_keccak_finalize(keccak_state);
    serialize_word(a.low);
    let (b) = keccak_felts(2, new (1, 2));
    serialize_word(b.high);
    let (c) = truncated_keccak2(1, 2);
    serialize_word(c);
    return ();
}

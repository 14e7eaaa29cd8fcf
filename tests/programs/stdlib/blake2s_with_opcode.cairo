%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_blake2s.blake2s import (
    encode_felt252_data_and_calc_blake_hash,
    encode_felt252_to_u32s,
)
from starkware.cairo.common.serialize import serialize_word

// Felts encoded as words for blake.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local words: felt*) = alloc();
    let n = encode_felt252_to_u32s(packed_values_len=3, packed_values=new (0, 2 ** 63, -1), unpacked_u32s=words);
    serialize_word(n);
    serialize_word(words[n - 1]);
    return ();
}

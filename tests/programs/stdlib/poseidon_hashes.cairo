%builtins output poseidon
from starkware.cairo.common.builtin_poseidon.poseidon import (
    poseidon_hash,
    poseidon_hash_many,
    poseidon_hash_single,
)
from starkware.cairo.common.cairo_builtins import PoseidonBuiltin
from starkware.cairo.common.serialize import serialize_word

// Poseidon hashes of one, two and many felts.
func main{output_ptr: felt*, poseidon_ptr: PoseidonBuiltin*}() {
    alloc_locals;
    let (a) = poseidon_hash(1, 2);
    let (b) = poseidon_hash_single(3);
    let (c) = poseidon_hash_many(5, new (1, 2, 3, 4, 5));
    let (d) = poseidon_hash_many(0, new (1));
    let (e) = poseidon_hash_many(20, new (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
    serialize_word(a);
    serialize_word(b);
    serialize_word(c);
    serialize_word(d);
    serialize_word(e);
    return ();
}

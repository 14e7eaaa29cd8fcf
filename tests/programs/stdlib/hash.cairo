%builtins output pedersen
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.hash import hash2
from starkware.cairo.common.hash_chain import hash_chain
from starkware.cairo.common.hash_state import (
    hash_felts,
    hash_finalize,
    hash_init,
    hash_update,
    hash_update_single,
    hash_update_with_hashchain,
)
from starkware.cairo.common.serialize import serialize_word

// Pedersen hashes: single, chain, state.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*}() {
    alloc_locals;
    let (a) = hash2{hash_ptr=pedersen_ptr}(1, 2);
    let (b) = hash_chain{hash_ptr=pedersen_ptr}(new (3, 1, 2, 3));
    let hash_ptr = pedersen_ptr;
    with hash_ptr {
        let (state) = hash_init();
        let (state) = hash_update(state, new (1, 2, 3), 3);
        let (state) = hash_update_single(state, 4);
        let (state) = hash_update_with_hashchain(state, new (5, 6), 2);
        let (c) = hash_finalize(state);
        let (d) = hash_felts(new (1, 2), 2);
    }
    let pedersen_ptr = hash_ptr;
    serialize_word(a);
    serialize_word(b);
    serialize_word(c);
    serialize_word(d);
    return ();
}

%builtins output poseidon
from starkware.cairo.common.cairo_builtins import PoseidonBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.sponge_as_hash import SpongeHashBuiltin, sponge_hash2

// Poseidon with the interface of a hash.
func main{output_ptr: felt*, poseidon_ptr: PoseidonBuiltin*}() {
    alloc_locals;
    let hash_ptr = cast(poseidon_ptr, SpongeHashBuiltin*);
    let (result) = sponge_hash2{hash_ptr=hash_ptr}(1, 2);
    let poseidon_ptr = cast(hash_ptr, PoseidonBuiltin*);
    serialize_word(result);
    return ();
}

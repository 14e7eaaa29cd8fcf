%builtins output poseidon
from starkware.cairo.common.cairo_builtins import PoseidonBuiltin
from starkware.cairo.common.hash_state_poseidon import (
    HashState,
    hash_finalize,
    hash_init,
    hash_update,
    hash_update_single,
    hash_update_with_nested_hash,
)
from starkware.cairo.common.serialize import serialize_word

// A hash state over poseidon.
func main{output_ptr: felt*, poseidon_ptr: PoseidonBuiltin*}() {
    alloc_locals;
    let hash_state: HashState = hash_init();
    with hash_state {
        hash_update_single(item=1);
        hash_update(data_ptr=new (2, 3), data_length=2);
        hash_update_with_nested_hash(data_ptr=new (4, 5), data_length=2);
    }
    let result = hash_finalize(hash_state=hash_state);
    serialize_word(result);
    return ();
}

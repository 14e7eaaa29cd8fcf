%builtins output pedersen
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.merkle_update import merkle_update
from starkware.cairo.common.serialize import serialize_word

// `merkle_update` with a path that is too long.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*}() {
    alloc_locals;
    %{ auth_path = [104, 103, 102, 101] %}
    let (before, after) = merkle_update{hash_ptr=pedersen_ptr}(height=3, prev_leaf=5, new_leaf=6, index=5);
    serialize_word(before);
    return ();
}

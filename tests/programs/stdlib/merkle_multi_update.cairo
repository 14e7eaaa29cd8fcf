%builtins output pedersen
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.merkle_multi_update import merkle_multi_update
from starkware.cairo.common.serialize import serialize_word

// `merkle_multi_update` of several leaves.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*}() {
    alloc_locals;
    local before;
    local after;
    local updates: DictAccess*;
    %{
        from starkware.cairo.common.small_merkle_tree import MerkleTree

        leaves = [(index, 100 + index) for index in range(8)]
        changes = [(1, 55), (2, 102), (6, 66), (7, 77)]
        tree = MerkleTree(tree_height=3, default_leaf=0)
        ids.before = tree.compute_merkle_root(leaves)
        ids.after = tree.compute_merkle_root(changes)
        preimage = tree.preimage
        ids.updates = segments.gen_arg(
            [word for index, value in changes for word in (index, 100 + index, value)])
    %}
    merkle_multi_update{hash_ptr=pedersen_ptr}(
        update_ptr=updates, n_updates=4, height=3, prev_root=before, new_root=after
    );
    %{ print("merkle", "node" in globals(), "preimage" in globals()) %}
    serialize_word(before);
    serialize_word(after);
    return ();
}

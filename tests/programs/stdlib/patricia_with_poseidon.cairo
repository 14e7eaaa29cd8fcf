%builtins output range_check poseidon
from starkware.cairo.common.cairo_builtins import PoseidonBuiltin
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.patricia import patricia_update_constants_new
from starkware.cairo.common.patricia_with_poseidon import patricia_update_using_update_constants
from starkware.cairo.common.serialize import serialize_word

// A patricia update over poseidon.
func main{output_ptr: felt*, range_check_ptr, poseidon_ptr: PoseidonBuiltin*}() {
    alloc_locals;
    local before;
    local after;
    local updates: DictAccess*;
    %{
        from starkware.cairo.common.poseidon_hash import poseidon_hash as hash_function
        from starkware.cairo.common.patricia_utils import compute_patricia_from_leaves_for_test, hash_node

        leaves = [0] * 16
        leaves[3], leaves[12] = 33, 44
        new_leaves = list(leaves)
        new_leaves[3], new_leaves[4], new_leaves[15] = 0, 55, 66
        def binary_nodes(leaves):
            # The function of the tests returns edges only; a traversal needs the binary nodes too.
            _, _, nodes = compute_patricia_from_leaves_for_test(leaves, hash_function)
            hashes = {place: hash_node(node, hash_function) for place, node in nodes.items()}
            pairs = {}
            for (height, index), node in nodes.items():
                if height > 0 and node[0] == 0 and node[2] != 0:
                    left, right = ((height - 1, 2 * index + side) for side in (0, 1))
                    pairs[node[2]] = (hashes[left], hashes[right])
            return pairs

        ids.before, preimage, _ = compute_patricia_from_leaves_for_test(leaves, hash_function)
        ids.after, new_preimage, _ = compute_patricia_from_leaves_for_test(new_leaves, hash_function)
        for nodes in (binary_nodes(leaves), binary_nodes(new_leaves)):
            preimage.update(nodes)
        preimage.update(new_preimage)
        ids.updates = segments.gen_arg(
            [word for index in (3, 4, 12, 15) for word in (index, leaves[index], new_leaves[index])])
        __patricia_skip_validation_runner = None
    %}
    let (constants) = patricia_update_constants_new();
    patricia_update_using_update_constants(
        patricia_update_constants=constants,
        update_ptr=updates,
        n_updates=4,
        height=4,
        prev_root=before,
        new_root=after,
    );
    %{ print("patricia", "node" in globals(), len(preimage)) %}
    serialize_word(before);
    serialize_word(after);
    return ();
}

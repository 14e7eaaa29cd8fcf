%builtins pedersen range_check
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.patricia import patricia_update

// Updates of a tree, as a block's state changes.
func update{pedersen_ptr: HashBuiltin*, range_check_ptr}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    local before;
    local after;
    local updates: DictAccess*;
    local count;
    %{
        from starkware.crypto.signature.fast_pedersen_hash import pedersen_hash as hash_function
        from starkware.cairo.common.patricia_utils import compute_patricia_from_leaves_for_test, hash_node

        if "trees" not in globals():
            def binary_nodes(leaves):
                _, _, nodes = compute_patricia_from_leaves_for_test(leaves, hash_function)
                hashes = {place: hash_node(node, hash_function) for place, node in nodes.items()}
                pairs = {}
                for (height, index), node in nodes.items():
                    if height > 0 and node[0] == 0 and node[2] != 0:
                        left, right = ((height - 1, 2 * index + side) for side in (0, 1))
                        pairs[node[2]] = (hashes[left], hashes[right])
                return pairs
            leaves = [100 + index if index % 3 else 0 for index in range(64)]
            new_leaves = [leaf + 1 if index % 4 else leaf for index, leaf in enumerate(leaves)]
            root, nodes, _ = compute_patricia_from_leaves_for_test(leaves, hash_function)
            new_root, new_nodes, _ = compute_patricia_from_leaves_for_test(new_leaves, hash_function)
            trees = dict(nodes)
            for part in (binary_nodes(leaves), binary_nodes(new_leaves), new_nodes):
                trees.update(part)
        preimage = trees
        changed = [index for index in range(64) if leaves[index] != new_leaves[index]]
        ids.before, ids.after, ids.count = root, new_root, len(changed)
        ids.updates = segments.gen_arg(
            [word for index in changed for word in (index, leaves[index], new_leaves[index])])
        __patricia_skip_validation_runner = None
    %}
    patricia_update{hash_ptr=pedersen_ptr}(
        update_ptr=updates, n_updates=count, height=6, prev_root=before, new_root=after
    );
    return update(n - 1);
}

func main{pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    update(20);
    return ();
}

%builtins pedersen range_check
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.patricia import patricia_update

func main{pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    alloc_locals;
    local updates: DictAccess*;
    local old_root;
    local new_root;
    %{
        from starkware.crypto.signature.fast_pedersen_hash import pedersen_hash
        # One leaf each below an edge of length 3; then two leaves.
        def edge(bottom, path, length, preimage):
            h = pedersen_hash(bottom, path) + length
            preimage[h] = (length, path, bottom)
            return h
        def binary(left, right, preimage):
            h = pedersen_hash(left, right)
            preimage[h] = (left, right)
            return h
        preimage = {}
        old_root = edge(77, 5, 3, preimage)
        left = edge(11, 1, 2, preimage)
        right = edge(78, 1, 2, preimage)
        new_root = binary(left, right, preimage)
        vm_enter_scope(dict(preimage=preimage, __patricia_skip_validation_runner=None))
        ids.updates = segments.gen_arg([1, 0, 11, 5, 77, 78])
        ids.old_root = old_root
        ids.new_root = new_root
    %}
    patricia_update{hash_ptr=pedersen_ptr}(updates, 2, 3, old_root, new_root);
    %{ vm_exit_scope() %}
    return ();
}

%builtins pedersen range_check
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.patricia import patricia_update
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.small_merkle_tree import small_merkle_tree_update
from starkware.cairo.common.default_dict import default_dict_new, default_dict_finalize
from starkware.cairo.common.dict import dict_write, dict_squash
from starkware.cairo.common.hash_chain import hash_chain
from starkware.cairo.common.hash_state import hash_init, hash_update, hash_finalize
from starkware.cairo.common.merkle_multi_update import merkle_multi_update

func main{pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    alloc_locals;
    %{
        from starkware.crypto.signature.fast_pedersen_hash import pedersen_hash
        import functools
        # A tree of height 3: leaves 0 and 5 change.
        old = [0, 10, 0, 0, 0, 50, 0, 7]
        new = [3, 10, 0, 0, 0, 51, 0, 7]
        preimage = {}
        def node(left, right):
            h = pedersen_hash(left, right)
            preimage[h] = (left, right)
            return h
        def root(leaves):
            layer = leaves
            while len(layer) > 1:
                layer = [node(a, b) for a, b in zip(layer[::2], layer[1::2])]
            return layer[0]
        old_root, new_root = root(old), root(new)
        vm_enter_scope(dict(preimage=preimage, old_root=old_root, new_root=new_root))
    %}
    local updates: DictAccess*;
    local old_root;
    local new_root;
    %{
        ids.updates = segments.add()
        segments.write_arg(ids.updates.address_, [0, 0, 3, 5, 50, 51])
        ids.old_root = old_root
        ids.new_root = new_root
        print(ids.updates.key, ids.updates[1].new_value)
    %}
    %{ vm_enter_scope(dict(preimage=preimage, __merkle_multi_update_skip_validation_runner=None)) %}
    merkle_multi_update{hash_ptr=pedersen_ptr}(updates, 2, 3, old_root, new_root);
    %{ vm_exit_scope() %}
    let (state) = hash_init();
    let (state) = hash_update{hash_ptr=pedersen_ptr}(state, cast(updates, felt*), 6);
    let (local h) = hash_finalize{hash_ptr=pedersen_ptr}(state);
    let (local d) = default_dict_new(0);
    let dict_ptr = d;
    dict_write{dict_ptr=dict_ptr}(1, 5);
    dict_write{dict_ptr=dict_ptr}(6, 8);
    let (s, e) = dict_squash(d, dict_ptr);
    local s: DictAccess* = s;
    local e: DictAccess* = e;
    let (local before, local after) = small_merkle_tree_update{hash_ptr=pedersen_ptr}(s, e, 3);
    %{ print(ids.h, ids.before, ids.after); vm_exit_scope() %}
    return ();
}

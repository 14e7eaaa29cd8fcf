%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.dict_access import DictAccess

// In the middle of a squash a search needs Python.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local array) = an_array();
    let (__fp__, _) = get_fp();
    local access1: DictAccess = DictAccess(5, 0, 0);
    local access2: DictAccess = DictAccess(9, 0, 0);
    local access3: DictAccess = DictAccess(5, 0, 0);
    local dict_accesses: DictAccess* = &access1;
    local ptr_diff = 9;
    local n_accesses = 3;
    local big_keys;
    local first_key;
    local next_key;
    local should_skip_loop;
    local n_used_accesses = 2;
    %{ print('before') %}
    %{ vm_enter_scope() %}
    %{
        dict_access_size = ids.DictAccess.SIZE
        address = ids.dict_accesses.address_
        assert ids.ptr_diff % dict_access_size == 0, \
            'Accesses array size must be divisible by DictAccess.SIZE'
        n_accesses = ids.n_accesses
        if '__squash_dict_max_size' in globals():
            assert n_accesses <= __squash_dict_max_size, \
                f'squash_dict() can only be used with n_accesses<={__squash_dict_max_size}. ' \
                f'Got: n_accesses={n_accesses}.'
        # A map from key to the list of indices accessing it.
        access_indices = {}
        for i in range(n_accesses):
            key = memory[address + dict_access_size * i]
            access_indices.setdefault(key, []).append(i)
        # Descending list of keys.
        keys = sorted(access_indices.keys(), reverse=True)
        # Are the keys used bigger than range_check bound.
        ids.big_keys = 1 if keys[0] >= range_check_builtin.bound else 0
        ids.first_key = key = keys.pop()
    %}
    %{
        current_access_indices = sorted(access_indices[key])[::-1]
        current_access_index = current_access_indices.pop()
        memory[ids.range_check_ptr] = current_access_index
    %}
    // The first element is an address, which the twin cannot compare.
    find_any(array);
    %{ ids.should_skip_loop = 0 if current_access_indices else 1 %}
    %{ assert ids.n_used_accesses == len(access_indices[key]) %}
    %{
        assert len(keys) > 0, 'No keys left but remaining_accesses > 0.'
        ids.next_key = key = keys.pop()
    %}
    %{ assert len(keys) == 0 %}
    assert [output_ptr] = [range_check_ptr];
    assert [output_ptr + 1] = should_skip_loop;
    assert [output_ptr + 2] = next_key;
    let range_check_ptr = range_check_ptr + 1;
    let output_ptr = output_ptr + 3;
    %{ vm_exit_scope() %}
    return ();
}

func get_fp() -> (fp_val: felt*, pc_val: felt*) {
    return (fp_val=cast([fp - 2], felt*), pc_val=cast([fp - 1], felt*));
}

func find_any(array_ptr: felt*) {
    alloc_locals;
    local elm_size = 1;
    local n_elms = 3;
    local key = 5;
    local index;
    %{
        array_ptr = ids.array_ptr
        elm_size = ids.elm_size
        assert isinstance(elm_size, int) and elm_size > 0, \
            f'Invalid value for elm_size. Got: {elm_size}.'
        key = ids.key

        if '__find_element_index' in globals():
            ids.index = __find_element_index
            found_key = memory[array_ptr + elm_size * __find_element_index]
            assert found_key == key, \
                f'Invalid index found in __find_element_index. index: {__find_element_index}, ' \
                f'expected key {key}, found key: {found_key}.'
            # Delete __find_element_index to make sure it's not used for the next calls.
            del __find_element_index
        else:
            n_elms = ids.n_elms
            assert isinstance(n_elms, int) and n_elms >= 0, \
                f'Invalid value for n_elms. Got: {n_elms}.'
            if '__find_element_max_size' in globals():
                assert n_elms <= __find_element_max_size, \
                    f'find_element() can only be used with n_elms<={__find_element_max_size}. ' \
                    f'Got: n_elms={n_elms}.'

            for i in range(n_elms):
                if memory[array_ptr + elm_size * i] == key:
                    ids.index = i
                    break
            else:
                raise ValueError(f'Key {key} was not found.')
    %}
    assert index = 2;
    return ();
}

func an_array() -> (array: felt*) {
    alloc_locals;
    let (local array: felt*) = alloc();
    assert array[0] = cast(array, felt);
    assert array[1] = 4;
    assert array[2] = 5;
    return (array=array);
}

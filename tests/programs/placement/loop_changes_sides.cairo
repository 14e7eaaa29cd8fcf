%builtins output
from starkware.cairo.common.alloc import alloc

// In the middle of a loop a search needs Python.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (local array) = an_array();
    local len = 3;
    %{ print('before') %}
    %{ vm_enter_scope({'n': ids.len}) %}
    count(output_ptr);
    count(output_ptr + 1);
    // The first element is an address, which the twin cannot compare.
    find_any(array);

    count(output_ptr + 2);
    let output_ptr = output_ptr + 3;
    %{ vm_exit_scope() %}
    return ();
}

func count(output_ptr: felt*) {
    alloc_locals;
    local continue_copying;
    %{
        n -= 1
        ids.continue_copying = 1 if n > 0 else 0
    %}
    assert [output_ptr] = continue_copying;
    return ();
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

%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_squash, dict_update, dict_write

// Dictionaries begin in Rust; a search needs Python, and they go on there.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local array) = an_array();
    let (local first_start) = default_dict_new(7);
    let first = first_start;
    dict_write{dict_ptr=first}(1, cast(array, felt));
    dict_write{dict_ptr=first}(-3, 11);
    dict_read{dict_ptr=first}(4);
    let (local second_start, local second) = default_dict_finalize(first_start, first, 7);
    let (local third_start) = default_dict_new(cast(array, felt));
    let third = third_start;
    dict_write{dict_ptr=third}(cast(array, felt), 3);
    %{ print('between') %}
    // The first element is an address, which the twin cannot compare.
    find_any(array);

    dict_update{dict_ptr=second}(-3, 11, 12);
    let (value) = dict_read{dict_ptr=second}(-3);
    assert [output_ptr] = value;
    let (value) = dict_read{dict_ptr=third}(cast(array, felt));
    assert [output_ptr + 1] = value;
    let (value) = dict_read{dict_ptr=third}(99);
    assert value = cast(array, felt);
    let (_, last) = dict_squash(second_start, second);
    let output_ptr = output_ptr + 2;
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

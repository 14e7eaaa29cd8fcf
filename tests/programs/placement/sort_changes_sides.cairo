%builtins output
from starkware.cairo.common.alloc import alloc

// In the middle of a sort a search needs Python.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (local array) = an_array();
    local input_len = 3;
    local first = 5;
    local second = 3;
    local third = 5;
    let (__fp__, _) = get_fp();
    local input: felt* = &first;
    local output_len;
    local output: felt*;
    local multiplicities: felt*;
    local value = 5;
    local next_item_index;
    %{ print('before') %}
    %{ vm_enter_scope(dict(__usort_max_size = globals().get('__usort_max_size'))) %}
    %{
        from collections import defaultdict

        input_ptr = ids.input
        input_len = int(ids.input_len)
        if __usort_max_size is not None:
            assert input_len <= __usort_max_size, (
                f"usort() can only be used with input_len<={__usort_max_size}. "
                f"Got: input_len={input_len}."
            )

        positions_dict = defaultdict(list)
        for i in range(input_len):
            val = memory[input_ptr + i]
            positions_dict[val].append(i)

        output = sorted(positions_dict.keys())
        ids.output_len = len(output)
        ids.output = segments.gen_arg(output)
        ids.multiplicities = segments.gen_arg([len(positions_dict[k]) for k in output])
    %}
    %{
        last_pos = 0
        positions = positions_dict[ids.value][::-1]
    %}
    // The first element is an address, which the twin cannot compare.
    find_any(array);
    %{
        current_pos = positions.pop()
        ids.next_item_index = current_pos - last_pos
        last_pos = current_pos + 1
    %}
    assert [output_ptr] = next_item_index;
    next_of(3, output_ptr);
    next_of(4, output_ptr);
    let output_ptr = output_ptr + 1;
    %{ vm_exit_scope() %}
    return ();
}

// Asks for the positions of a value again; one that does not occur has none.
func next_of(value, output_ptr: felt*) {
    alloc_locals;
    local next_item_index;
    %{
        last_pos = 0
        positions = positions_dict[ids.value][::-1]
    %}
    if (value == 4) {
        %{ assert len(positions) == 0 %}
        return ();
    }
    %{
        current_pos = positions.pop()
        ids.next_item_index = current_pos - last_pos
        last_pos = current_pos + 1
    %}
    assert next_item_index = 1;
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

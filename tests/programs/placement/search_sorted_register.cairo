%builtins output range_check
// The array is where a register points to, not in a cell.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local first = 3;
    local second = 5;
    let array_ptr = cast(fp, felt*);
    local elm_size = 1;
    local n_elms = 2;
    local key = 4;
    local index;
    %{
        array_ptr = ids.array_ptr
        elm_size = ids.elm_size
        assert isinstance(elm_size, int) and elm_size > 0, \
            f'Invalid value for elm_size. Got: {elm_size}.'

        n_elms = ids.n_elms
        assert isinstance(n_elms, int) and n_elms >= 0, \
            f'Invalid value for n_elms. Got: {n_elms}.'
        if '__find_element_max_size' in globals():
            assert n_elms <= __find_element_max_size, \
                f'find_element() can only be used with n_elms<={__find_element_max_size}. ' \
                f'Got: n_elms={n_elms}.'

        for i in range(n_elms):
            if memory[array_ptr + elm_size * i] >= ids.key:
                ids.index = i
                break
        else:
            ids.index = n_elms
    %}
    assert [output_ptr] = index;
    let output_ptr = output_ptr + 1;
    return ();
}

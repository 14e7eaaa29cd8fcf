%builtins output range_check
// The element stands behind the end of the set.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (__fp__, _) = get_fp();
    local a0 = 1;
    local a1 = 2;
    local a2 = 7;
    local a3 = 8;
    local b0 = 7;
    local b1 = 8;
    local set_ptr: felt* = &a0;
    local set_end_ptr: felt* = &a2;
    local elm_ptr: felt* = &b0;
    local elm_size = 2;
    local index;
    local is_elm_in_set;
    %{
        assert ids.elm_size > 0
        assert ids.set_ptr <= ids.set_end_ptr
        elm_list = memory.get_range(ids.elm_ptr, ids.elm_size)
        for i in range(0, ids.set_end_ptr - ids.set_ptr, ids.elm_size):
            if memory.get_range(ids.set_ptr + i, ids.elm_size) == elm_list:
                ids.index = i // ids.elm_size
                ids.is_elm_in_set = 1
                break
        else:
            ids.is_elm_in_set = 0
    %}
    assert [output_ptr] = is_elm_in_set;
    let output_ptr = output_ptr + 1;
    return ();
}

func get_fp() -> (fp_val: felt*, pc_val: felt*) {
    return (fp_val=cast([fp - 2], felt*), pc_val=cast([fp - 1], felt*));
}

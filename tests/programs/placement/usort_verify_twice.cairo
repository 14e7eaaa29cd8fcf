%builtins output
// The positions of a value are still there when they were asked for once; the twin takes them away.
func main{output_ptr: felt*}() {
    alloc_locals;
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
    %{
        last_pos = 0
        positions = positions_dict[ids.value][::-1]
    %}
    %{
        current_pos = positions.pop()
        ids.next_item_index = current_pos - last_pos
        last_pos = current_pos + 1
    %}
    assert [output_ptr] = next_item_index;
    let output_ptr = output_ptr + 1;
    %{ vm_exit_scope() %}
    return ();
}

func get_fp() -> (fp_val: felt*, pc_val: felt*) {
    return (fp_val=cast([fp - 2], felt*), pc_val=cast([fp - 1], felt*));
}

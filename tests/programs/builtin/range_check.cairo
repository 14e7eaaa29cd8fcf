%builtins output range_check
from probe import finish_probe, start_probe

// The range check builtin: its bound, and the rule that checks what is written.
func main{output_ptr: felt*, range_check_ptr}() {
    start_probe();
    %{
        show("bound", lambda: range_check_builtin.bound == 2**128)
        show("fine", lambda: memory.__setitem__(ids.range_check_ptr, 2**128 - 1))
        show("too large", lambda: memory.__setitem__(ids.range_check_ptr + 1, 2**128))
        show("negative", lambda: memory.__setitem__(ids.range_check_ptr + 2, -1))
        show("pointer", lambda: memory.__setitem__(ids.range_check_ptr + 3, fp))
        show("written before it was checked", lambda: [memory.get(ids.range_check_ptr + i) is not None for i in range(5)])
        for offset in (1, 2, 3):
            del memory.data[ids.range_check_ptr + offset]
        segments.write_arg(ids.range_check_ptr + 1, [5, 6])
        show("load_data is not checked at once", lambda: segments.load_data(ids.range_check_ptr + 3, [2**128]) - ids.range_check_ptr)
        del memory.data[ids.range_check_ptr + 3]
    %}
    let range_check_ptr = range_check_ptr + 3;
    finish_probe();
    return ();
}

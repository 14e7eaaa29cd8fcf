%builtins range_check

// A builtin that refuses what a rule deduced.
func main{range_check_ptr}() {
    %{ vm_add_auto_deduction_rule(ids.range_check_ptr.segment_index, lambda vm, address: 2 ** 128) %}
    tempvar x = [range_check_ptr];
    let range_check_ptr = range_check_ptr + 1;
    return ();
}

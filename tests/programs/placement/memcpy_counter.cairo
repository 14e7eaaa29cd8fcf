%builtins output
// The counter starts at zero; the twin goes on from the prime.
func main{output_ptr: felt*}() {
    alloc_locals;
    local len = 0;
    local continue_copying;
    %{ vm_enter_scope({'n': ids.len}) %}
    %{
        n -= 1
        ids.continue_copying = 1 if n > 0 else 0
    %}
    %{ vm_exit_scope() %}
    assert [output_ptr] = continue_copying;
    let output_ptr = output_ptr + 1;
    return ();
}

%builtins output
// The counter starts at zero; the twin goes on from the prime.
func main{output_ptr: felt*}() {
    alloc_locals;
    local n = 0;
    local continue_loop;
    %{ vm_enter_scope({'n': ids.n}) %}
    %{
        n -= 1
        ids.continue_loop = 1 if n > 0 else 0
    %}
    %{ vm_exit_scope() %}
    assert [output_ptr] = continue_loop;
    let output_ptr = output_ptr + 1;
    return ();
}

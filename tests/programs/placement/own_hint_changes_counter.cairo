%builtins output
// A hint of the program sets the variable that a known hint counts with.
func main{output_ptr: felt*}() {
    alloc_locals;
    local len = 5;
    local continue_copying;
    %{ vm_enter_scope({'n': ids.len}) %}
    %{ n = 1 %}
    %{
        n -= 1
        ids.continue_copying = 1 if n > 0 else 0
    %}
    assert [output_ptr] = continue_copying;
    let output_ptr = output_ptr + 1;
    %{ vm_exit_scope() %}
    return ();
}

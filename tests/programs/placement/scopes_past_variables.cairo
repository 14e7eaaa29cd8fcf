%builtins output

// Variables of hints in Rust outlive hints in Python that know nothing of them, whatever scopes those enter.
func main{output_ptr: felt*}() {
    alloc_locals;
    local a;
    local b;
    %{
        kept = 5
        items = [1, 2]
    %}
    %{ vm_enter_scope({'text': 0.5j}) %}
    %{
        kept = 7
        ids.a = kept
    %}
    %{
        vm_exit_scope()
        vm_enter_scope({'other': 0.5j})
        vm_exit_scope()
    %}
    %{
        kept += len(items)
        ids.b = kept
    %}
    %{ print(kept, items, 0.5j) %}
    assert [output_ptr] = a * 100 + b;
    let output_ptr = output_ptr + 1;
    return ();
}

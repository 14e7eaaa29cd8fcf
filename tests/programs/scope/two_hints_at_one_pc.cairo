// Two hints before one instruction: the second one runs in the scope that the first one entered.
func main() {
    alloc_locals;
    local x;
    local y;
    %{
        value = 5
        vm_enter_scope({"value": value + 1})
    %}
    %{
        ids.x = value
        print(value, current_step)
        vm_exit_scope()
    %}
    %{
        ids.y = value
        print(value, current_step, ids.x)
    %}
    assert x = y + 1;
    return ();
}

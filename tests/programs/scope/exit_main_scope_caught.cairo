// The main scope cannot be left; a hint may catch the error.
func main() {
    %{
        try:
            vm_exit_scope()
        except AssertionError as error:
            print(error)
    %}
    ap += 1;
    %{
        vm_enter_scope(new_scope_locals={"a": 1})
    %}
    ap += 1;
    %{
        print(a)
        vm_exit_scope()
    %}
    ap += 1;
    return ();
}

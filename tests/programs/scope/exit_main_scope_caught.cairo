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
        for argument in (5, [1], "ab"):
            try:
                vm_enter_scope(argument)
                print("entered")
            except Exception as error:
                print(type(error).__name__, error)
            else:
                vm_exit_scope()
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

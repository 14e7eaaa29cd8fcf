// Scopes without names, nested, with the same name at every depth.
func main() {
    %{
        name = "main"
        vm_enter_scope()
    %}
    ap += 1;
    %{
        print("name" in globals())
        name = "first"
        vm_enter_scope({})
    %}
    ap += 1;
    %{
        print("name" in globals())
        name = "second"
        vm_enter_scope(None)
    %}
    ap += 1;
    %{
        print("name" in globals())
        vm_exit_scope()
    %}
    ap += 1;
    %{
        print(name)
        vm_exit_scope()
    %}
    ap += 1;
    %{
        print(name)
        vm_exit_scope()
    %}
    ap += 1;
    %{ print(name) %}
    ap += 1;
    return ();
}

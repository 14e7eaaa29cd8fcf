// The dictionary of a new scope is a shallow copy, taken when the scope is entered.
func main() {
    %{
        shared = []
        names = {"a": 1, "shared": shared}
        vm_enter_scope(names)
        names["a"] = 2
        names["b"] = 3
        shared.append("after")
    %}
    ap += 1;
    %{
        print(a, "b" in globals(), shared)
        a = 10
        shared.append("inside")
        vm_exit_scope()
    %}
    ap += 1;
    %{ print(names, shared) %}
    ap += 1;
    return ();
}

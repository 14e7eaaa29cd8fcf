// Leaving a scope and entering another one in one hint, and the other way round.
func main() {
    %{ vm_enter_scope({"depth": 1, "name": "a"}) %}
    ap += 1;
    %{
        vm_exit_scope()
        vm_enter_scope({"depth": 1, "name": "b"})
        print("still", name)
    %}
    ap += 1;
    %{
        print(depth, name)
        vm_enter_scope({"depth": 2, "name": "c"})
        vm_enter_scope({"depth": 3, "name": "d"})
    %}
    ap += 1;
    %{
        print(depth, name)
        vm_exit_scope()
        vm_exit_scope()
        vm_exit_scope()
        vm_enter_scope({"depth": 1, "name": "e"})
    %}
    ap += 1;
    %{
        print(depth, name)
        vm_exit_scope()
    %}
    ap += 1;
    %{ print("depth" in globals()) %}
    ap += 1;
    return ();
}

// A scope that is never left fails the run when it ends.
func main() {
    %{ vm_enter_scope({"a": 1}) %}
    ap += 1;
    %{ print(a) %}
    return ();
}

// A scope stays open, and no hint needs Python.
func main() {
    %{ vm_enter_scope() %}
    return ();
}

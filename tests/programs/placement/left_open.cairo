// Scopes stay open on both sides.
func main() {
    %{ vm_enter_scope() %}
    %{ vm_enter_scope({'own': 3}) %}
    %{ vm_exit_scope() %}
    %{ vm_enter_scope() %}
    return ();
}

// There is no scope to leave; one side entered it, the other one left it.
func main() {
    %{ vm_enter_scope({'own': 3}) %}
    %{ vm_exit_scope() %}
    %{ print('own' in globals()) %}
    %{ vm_exit_scope() %}
    return ();
}

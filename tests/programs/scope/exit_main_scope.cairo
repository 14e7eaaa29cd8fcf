// Leaving the main scope fails.
func main() {
    %{ vm_exit_scope() %}
    return ();
}

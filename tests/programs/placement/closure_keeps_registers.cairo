// A function sees the registers of the hint that ran last in its scope, in whatever language.
func main() {
    %{
        functions = []
        vm_enter_scope({'functions': functions})
    %}
    %{
        def registers():
            return fp, pc, current_step
        functions.append(registers)
    %}
    leave(1, 2);
    %{ print(*functions[0]()) %}
    return ();
}

func leave(a, b) {
    alloc_locals;
    local c;
    %{ vm_exit_scope() %}
    return ();
}

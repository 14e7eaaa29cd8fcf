%builtins output
from probe import finish_probe, start_probe

// Without an ecdsa builtin a program may keep signatures in `vm_ecdsa_additional_data`.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("empty", lambda: vm_ecdsa_additional_data)
        vm_ecdsa_additional_data[ids.output_ptr] = (1, 2)
    %}
    ap += 1;
    %{
        show("kept", lambda: vm_ecdsa_additional_data[ids.output_ptr])
        show("length", lambda: len(vm_ecdsa_additional_data))
        vm_ecdsa_additional_data.clear()
    %}
    ap += 1;
    %{ show("cleared", lambda: vm_ecdsa_additional_data) %}
    finish_probe();
    return ();
}

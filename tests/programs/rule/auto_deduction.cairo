%builtins output
from probe import finish_probe, start_probe

// An auto-deduction rule of a hint computes cells that an instruction needs and nobody wrote.
func main{output_ptr: felt*}() {
    alloc_locals;
    local squares: felt*;
    start_probe();
    %{
        asked = []
        ids.squares = segments.add()

        def square(vm, address, factor):
            asked.append(address.offset)
            if address.offset % 2 == 1:
                return memory_of(vm).get(address - 1) ** 2 * factor
            return None

        def memory_of(vm):
            return vm.run_context.memory

        vm_add_auto_deduction_rule(ids.squares.segment_index, square, 1)
    %}
    assert squares[0] = 5;
    tempvar x = squares[1];
    assert x = 25;
    %{
        memory[ids.squares + 2] = 6
        say("hints do not deduce", memory.get(ids.squares + 3))
    %}
    assert [output_ptr] = squares[3];
    let output_ptr = output_ptr + 1;
    %{ say("asked", sorted(set(asked))) %}
    finish_probe();
    return ();
}

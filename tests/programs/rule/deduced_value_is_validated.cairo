%builtins output
from probe import finish_probe, start_probe

// What a rule deduces, the validation rules of the segment look at, once and before the instruction.
func main{output_ptr: felt*}() {
    alloc_locals;
    local cells: felt*;
    start_probe();
    %{
        ids.cells = cells = segments.add()

        def ten(vm, address):
            say("deduces", address)
            return 10 * address.offset

        def first(memory, address):
            say("first", (str(address), memory[address]))
            return {address}

        def second(memory, address):
            say("second", (str(address), memory[address]))
            return set()

        vm_add_auto_deduction_rule(cells.segment_index, ten)
        vm_add_validation_rule(cells.segment_index, first)
        vm_add_validation_rule(cells.segment_index, second)
    %}
    tempvar x = [cells + 2];
    tempvar y = [cells + 2];
    assert x = 20;
    assert [cells + 3] = 30;
    assert [cells + 3] = 30;
    assert [cells + 4] = y * 2;
    %{ say("hint", memory[cells + 4]) %}
    finish_probe();
    return ();
}

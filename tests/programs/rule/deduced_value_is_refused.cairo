// A validation rule that refuses what another rule deduced.
func main() {
    alloc_locals;
    local cells: felt*;
    %{
        ids.cells = segments.add()

        def refuse(memory, address):
            raise ValueError(f"no {memory[address]} at {address.offset}")

        vm_add_auto_deduction_rule(ids.cells.segment_index, lambda vm, address: -1)
        vm_add_validation_rule(ids.cells.segment_index, refuse)
    %}
    tempvar x = [cells + 2];
    return ();
}

// A rule that writes, adds a segment and then raises.
func main() {
    alloc_locals;
    local cells: felt*;
    %{
        own_segments = segments
        ids.cells = segments.add()

        def rule(vm, address):
            vm.validated_memory[address + 1] = own_segments.add()
            raise LookupError(f"nothing at {address}, {vm.validated_memory[address + 1]} behind it")

        vm_add_auto_deduction_rule(ids.cells.segment_index, rule)
    %}
    tempvar x = [cells + 2];
    return ();
}

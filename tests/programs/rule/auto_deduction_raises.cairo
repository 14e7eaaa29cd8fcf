// A rule that raises fails the instruction that asked.
func main() {
    alloc_locals;
    local cells: felt*;
    %{
        ids.cells = segments.add()

        def rule(vm, address):
            raise LookupError(f"nothing at {address.offset}")

        vm_add_auto_deduction_rule(ids.cells.segment_index, rule)
    %}
    tempvar x = [cells + 2];
    return ();
}

// A cell that does not agree with its rule fails the run when it ends.
func main() {
    %{
        cells = segments.add()
        vm_add_auto_deduction_rule(cells.segment_index, lambda vm, address: 10)
        memory[cells] = 11
    %}
    return ();
}

// A temporary segment with a rule, and one without that has cells.
func main() {
    %{
        moved = segments.add_temp_segment()
        left = segments.add_temp_segment()
        memory[moved] = 5
        memory[left] = 6
        memory.add_relocation_rule(moved, segments.add())
    %}
    return ();
}

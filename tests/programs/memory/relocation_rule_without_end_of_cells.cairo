// Cells that move into a temporary segment which never moves.
func main() {
    %{
        unused = segments.add_temp_segment()
        inner = segments.add_temp_segment()
        outer = segments.add_temp_segment()
        memory[inner] = 5
        memory.add_relocation_rule(unused, fp)
        memory.add_relocation_rule(inner, outer + 1)
    %}
    return ();
}

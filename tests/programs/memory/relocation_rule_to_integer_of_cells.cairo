// The cells of a temporary segment cannot move to integers.
func main() {
    %{
        temporary = segments.add_temp_segment()
        memory[temporary + 2] = 5
        memory[temporary + 3] = 6
        memory.add_relocation_rule(temporary, 1000)
    %}
    return ();
}

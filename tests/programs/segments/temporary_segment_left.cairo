// A temporary segment that nobody relocates cannot be part of the result.
func main() {
    %{ memory[segments.add_temp_segment()] = 1 %}
    return ();
}

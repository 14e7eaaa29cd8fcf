// A hint writes the cell that the next instruction computes; the values agree or not.
func main() {
    %{ memory[ap] = 6 %}
    [ap] = 2 * 3, ap++;
    %{ memory[ap] = 7 %}
    [ap] = 2 * 3, ap++;
    return ();
}

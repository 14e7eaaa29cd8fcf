// A hint reads a cell that has no value.
func main() {
    %{ x = memory[fp + 10] %}
    return ();
}

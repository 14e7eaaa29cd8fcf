// Without an input file the program input is an empty dictionary.
func main() {
    %{ print(program_input, type(program_input).__name__) %}
    return ();
}

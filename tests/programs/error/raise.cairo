// The location of an error counts the empty lines at the start of a hint.
func main() {
    [ap] = 1, ap++;
    %{

        value = 1

        if value:
            raise ValueError("from line nine")
    %}
    [ap] = 2, ap++;
    return ();
}

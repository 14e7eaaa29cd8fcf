// An exception whose text has several lines, empty ones at the end among them.
func main() {
    %{ raise ValueError("first line\n\n  third line\n\n") %}
    return ();
}

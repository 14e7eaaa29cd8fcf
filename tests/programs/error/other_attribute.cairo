// Attributes of other names do not show.
func main() {
    with_attr something_else("not an error message") {
        with_attr error_message("an error message") {
            %{ raise ValueError("x") %}
            ap += 1;
        }
    }
    return ();
}

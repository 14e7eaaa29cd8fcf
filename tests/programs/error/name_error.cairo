// A hint uses a name that nobody defined.
func main() {
    %{
        a = 1
        nothing_of_that_name + a
    %}
    return ();
}

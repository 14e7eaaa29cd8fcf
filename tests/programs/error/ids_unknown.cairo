// A hint asks for a name that does not exist.
func main() {
    %{ ids.nothing %}
    return ();
}

// An exception without text.
func main() {
    %{ raise RuntimeError %}
    return ();
}

// A hint on one line.
func main() {
    [ap] = 1, ap++;
        %{ first = 1; raise KeyError("key") %}
    return ();
}

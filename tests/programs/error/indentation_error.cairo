// A hint that is indented wrongly.
func main() {
    %{
        a = 1
          b = 2
    %}
    return ();
}

// A hint that does not compile, and is never reached.
func main() {
    [ap] = 1, ap++;
    ret;
    %{
        x = 1

        y = (
        z = 3
    %}
    [ap] = 1, ap++;
    ret;
}

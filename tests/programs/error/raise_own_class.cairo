// An exception class that a hint defines.
func main() {
    %{
        class Refused(ValueError):
            def __str__(self):
                return "refused: " + ", ".join(map(str, self.args))
    %}
    ap += 1;
    %{ raise Refused(1, "two", None) %}
    ap += 1;
    return ();
}

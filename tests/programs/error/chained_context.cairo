// An exception during the handling of another one, and one whose context is suppressed.
func main() {
    %{
        try:
            raise ValueError("hidden")
        except ValueError:
            try:
                raise KeyError("first") from None
            except KeyError:
                raise IndexError("second")
    %}
    return ();
}

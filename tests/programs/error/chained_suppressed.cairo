// `from None` hides the context.
func main() {
    %{
        try:
            raise ValueError("hidden")
        except ValueError:
            raise KeyError("shown") from None
    %}
    return ();
}

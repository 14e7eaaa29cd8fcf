// An exception with a cause.
func main() {
    %{
        def inner():
            raise KeyError("cause")

        try:
            inner()
        except KeyError as error:
            raise ValueError("effect") from error
    %}
    return ();
}

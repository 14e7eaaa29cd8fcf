// A failing assertion in a hint, with and without text.
func main() {
    %{
        try:
            assert False
        except AssertionError as error:
            print(repr(str(error)))
        assert 1 == 2, f"one is not {1 + 1}"
    %}
    return ();
}

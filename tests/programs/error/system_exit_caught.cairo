// A hint may catch SystemExit.
func main() {
    %{
        try:
            exit_code = 5
            raise SystemExit(exit_code)
        except SystemExit as error:
            print("caught", error.code)
    %}
    return ();
}

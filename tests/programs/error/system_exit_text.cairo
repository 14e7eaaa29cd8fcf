// `sys.exit` with a text prints it and exits with code 1.
func main() {
    %{ raise SystemExit("a reason") %}
    return ();
}

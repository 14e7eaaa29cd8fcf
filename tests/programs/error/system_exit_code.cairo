// `sys.exit(3)` in a hint ends the run with exit code 3.
func main() {
    %{
        import sys
        print("leaving")
        sys.exit(3)
    %}
    return ();
}

// What was printed before an error is not lost.
func main() {
    %{
        import sys
        print("before", end="")
        print("to stderr", file=sys.stderr)
        raise ValueError("after the prints")
    %}
    return ();
}

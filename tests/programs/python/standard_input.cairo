// Standard input is empty here: reading ends at once.
func main() {
    %{
        import sys
        print(repr(sys.stdin.readline()))
        try:
            input()
        except EOFError as error:
            print(type(error).__name__)
    %}
    return ();
}

// Runs the program beside it as a hint.

func main() {
    %{
        import gone_wrong
        gone_wrong.main()
    %}
    return ();
}

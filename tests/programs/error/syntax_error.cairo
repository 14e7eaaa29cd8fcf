// A syntax error in a hint is found when the program is loaded.
func main() {
    %{ print("never printed") %}
    ap += 1;
    %{
        fine = 1
        x = = 3
    %}
    ap += 1;
    return ();
}

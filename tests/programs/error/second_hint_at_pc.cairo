// The second of three hints at one pc fails: the location is its own.
func main() {
    %{ print("first") %}
    %{ raise ValueError("second") %}
    %{ print("never") %}
    ap += 1;
    return ();
}

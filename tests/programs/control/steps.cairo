// Ten steps.
func main() {
    ap += 1;
    ap += 1;
    ap += 1;
    ap += 1;
    ap += 1;
    ap += 1;
    ap += 1;
    ap += 1;
    %{ print(current_step) %}
    ap += 1;
    return ();
}

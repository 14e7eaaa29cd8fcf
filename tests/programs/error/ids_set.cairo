// A hint assigns a reference that is no cell.
func main() {
    let x = 5 + 6;
    %{ ids.x = 11 %}
    ap += 1;
    return ();
}

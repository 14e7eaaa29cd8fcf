// A hint writes something that is no felt.
func main() {
    %{ segments.write_arg(segments.add(), [1, [2, "text"[0:0] or None]]) %}
    return ();
}

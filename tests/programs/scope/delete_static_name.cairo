// Deleting a static name inside a hint surfaces when the hint ends.
func main() {
    %{ del PRIME %}
    return ();
}

// Deleting a name of the VM inside a hint surfaces when the hint ends.
func main() {
    %{ del memory %}
    return ();
}

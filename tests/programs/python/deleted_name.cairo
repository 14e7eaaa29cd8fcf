// A hint that deletes a name that the VM takes away itself.
func main() {
    %{ first = 1 %}
    %{ del segments %}
    return ();
}

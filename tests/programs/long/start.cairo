// The first hint of a VM.
func main() {
    %{ pass %}
    return ();
}

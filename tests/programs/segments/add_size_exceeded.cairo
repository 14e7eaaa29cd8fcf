// A segment of a fixed size must not be used beyond it.
func main() {
    %{
        small = segments.add(size=2)
        memory[small + 2] = 1
    %}
    return ();
}

// A pointer is reduced as well: a negative offset wraps around, which the end of the run refuses.
func main() {
    %{
        free = segments.add()
        memory[free] = fp - 1000000
        print(memory[free].offset == fp.offset - 1000000 + PRIME)
    %}
    return ();
}

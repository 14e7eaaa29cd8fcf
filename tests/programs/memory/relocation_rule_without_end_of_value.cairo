// A pointer that leads into a temporary segment which never moves.
func main() {
    alloc_locals;
    local pointer: felt*;
    %{
        ids.pointer = segments.add_temp_segment()
        outer = segments.add_temp_segment()
        memory.add_relocation_rule(ids.pointer, outer + 1)
    %}
    return ();
}

// Cells of two temporary segments that move to the same place must be equal.
func main() {
    alloc_locals;
    local real: felt*;
    %{
        ids.real = segments.add()
        first = segments.add_temp_segment()
        second = segments.add_temp_segment()
        memory[first + 1] = 5
        memory[second] = 6
        memory.add_relocation_rule(second, first + 1)
        memory.add_relocation_rule(first, ids.real)
    %}
    return ();
}

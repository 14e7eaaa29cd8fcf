// Two pointers that differ.
func main() {
    alloc_locals;
    local p: felt*;
    %{ ids.p = segments.add() %}
    assert p = p + 1;
    return ();
}

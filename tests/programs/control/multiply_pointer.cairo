// A pointer cannot be multiplied.
func main() {
    alloc_locals;
    local p: felt;
    %{ ids.p = segments.add() %}
    tempvar x = p * 3;
    return ();
}

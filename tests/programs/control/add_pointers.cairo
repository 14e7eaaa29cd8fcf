// Two pointers cannot be added.
func main() {
    alloc_locals;
    local p: felt;
    %{ ids.p = segments.add() %}
    tempvar x = p + p;
    return ();
}

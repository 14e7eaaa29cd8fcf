// Pointers of two segments cannot be subtracted.
func main() {
    alloc_locals;
    local p: felt;
    local q: felt;
    %{
        ids.p = segments.add()
        ids.q = segments.add()
    %}
    tempvar x = p - q;
    return ();
}

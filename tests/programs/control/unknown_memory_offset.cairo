// An instruction reads below the start of a segment.
func main() {
    alloc_locals;
    local p: felt*;
    %{ ids.p = segments.add() %}
    tempvar x = [p - 3];
    return ();
}

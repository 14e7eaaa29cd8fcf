// A pointer into a temporary segment that nobody relocates cannot be part of the result.
func main() {
    alloc_locals;
    local x: felt*;
    %{ ids.x = segments.add_temp_segment() %}
    return ();
}

// A hint reads a local that has no value.
func main() {
    alloc_locals;
    local x: felt*;
    %{ print(ids.x) %}
    ap += 1;
    return ();
}

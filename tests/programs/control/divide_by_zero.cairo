// An unknown factor of zero cannot be computed.
func main() {
    alloc_locals;
    local x;
    local zero = 0;
    assert x * zero = 5;
    return ();
}

// An instruction that asserts what is not so.
func main() {
    alloc_locals;
    local x = 5;
    assert x * 2 = 11;
    return ();
}

// A nondet expression fails.
func main() {
    alloc_locals;
    local x = 1 + nondet %{ [][1] %} * 2;
    return ();
}

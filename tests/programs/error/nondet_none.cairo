// A nondet expression that is no number.
func main() {
    alloc_locals;
    local x = nondet %{ "a felt" %};
    return ();
}

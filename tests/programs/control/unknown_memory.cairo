// An instruction needs a cell that nobody wrote.
func main() {
    alloc_locals;
    local x;
    local y = x + 1;
    return ();
}

// A hint reads a reference that is lost.
func recurse(n: felt) {
    if (n == 0) {
        return ();
    }
    return recurse(n - 1);
}

func main() {
    tempvar x = 5;
    recurse(3);
    %{ ids.x %}
    ap += 1;
    return ();
}

// A hundred thousand empty hints.
func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{ pass %}
    return loop(n=n - 1);
}
func main() {
    loop(n=100000);
    return ();
}

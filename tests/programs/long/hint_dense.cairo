// A hundred thousand hints, nine steps each.
func loop(acc: felt, n: felt) -> (res: felt) {
    alloc_locals;
    if (n == 0) {
        return (res=acc);
    }
    local b;
    %{ ids.b = ids.acc + ids.n %}
    assert b = acc + n;
    return loop(acc=b, n=n - 1);
}
func main() {
    let (res) = loop(acc=0, n=100000);
    assert res = 5000050000;
    return ();
}

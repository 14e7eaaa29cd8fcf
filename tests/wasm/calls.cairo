// Many hints of one call each, for measuring: the program input of other hints has no part in it.
func repeat(n) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    local a = n;
    local sum;
    %{
        # lang: wasm
        ids.sum = bank.plus(ids.a, 3)
    %}
    assert sum = a + 3;
    return repeat(n - 1);
}

func main() {
    repeat(20000);
    return ();
}

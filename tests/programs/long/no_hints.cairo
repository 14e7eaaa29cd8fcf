// A million steps without a hint.
func loop(n: felt) -> (sum: felt) {
    if (n == 0) {
        return (sum=0);
    }
    let (rest) = loop(n - 1);
    return (sum=rest + n);
}

func main() {
    let (sum) = loop(250000);
    assert sum = 31250125000;
    return ();
}

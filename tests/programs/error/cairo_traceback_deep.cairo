// Only the last twenty entries of a deep traceback are shown.
func recurse(n: felt) -> (r: felt) {
    if (n == 0) {
        %{ raise ValueError("at the bottom") %}
        return (r=0);
    }
    let (r) = recurse(n - 1);
    return (r=r + 1);
}

func main() {
    recurse(30);
    return ();
}

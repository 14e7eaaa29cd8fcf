// Ten hints that write a hundred thousand cells each.
from starkware.cairo.common.alloc import alloc

func loop(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local array) = alloc();
    %{ segments.write_arg(ids.array, list(range(100000))) %}
    assert array[99999] = 99999;
    return loop(n=n - 1);
}
func main() {
    loop(n=10);
    return ();
}

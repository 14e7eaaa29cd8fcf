// Twenty hints that read ten thousand cells each, which Cairo has just written: ten with
// `get_range`, ten in a loop.
from starkware.cairo.common.alloc import alloc

func fill(array: felt*, n: felt) {
    if (n == 0) {
        return ();
    }
    assert [array] = n;
    return fill(array=array + 1, n=n - 1);
}
func ranges(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local array) = alloc();
    fill(array=array, n=10000);
    local total;
    %{ ids.total = sum(memory.get_range(ids.array, 10000)) %}
    assert total = 50005000;
    return ranges(n=n - 1);
}
func loops(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local array) = alloc();
    fill(array=array, n=10000);
    local total;
    %{
        total = 0
        for i in range(10000):
            total += memory[ids.array + i]
        ids.total = total
    %}
    assert total = 50005000;
    return loops(n=n - 1);
}
func main() {
    ranges(n=10);
    loops(n=10);
    return ();
}

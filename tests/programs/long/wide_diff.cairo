// One hint that writes a million cells, one by one.
from starkware.cairo.common.alloc import alloc

func main() {
    alloc_locals;
    let (local array) = alloc();
    %{
        for i in range(1000000):
            memory[ids.array + i] = i
    %}
    assert array[999999] = 999999;
    return ();
}

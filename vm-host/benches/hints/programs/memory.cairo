%builtins range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.memset import memset
from starkware.cairo.common.find_element import find_element, search_sorted_lower

// Copying, filling and searching memory: loops whose hints count down.
func work{range_check_ptr}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local first) = alloc();
    memset(first, n, 100);
    let (local second) = alloc();
    memcpy(second, first, 100);
    let (found) = find_element(array_ptr=new (1, 10, 2, 20, 3, 30), elm_size=2, n_elms=3, key=2);
    let (least) = search_sorted_lower(
        array_ptr=new (1, 10, 2, 20, 3, 30), elm_size=2, n_elms=3, key=2
    );
    return work(n - 1);
}

func main{range_check_ptr}() {
    work(100);
    return ();
}

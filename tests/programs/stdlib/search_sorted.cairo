%builtins output range_check
from starkware.cairo.common.find_element import (
    search_sorted,
    search_sorted_lower,
    search_sorted_optimistic,
)
from starkware.cairo.common.serialize import serialize_word

// Binary search in a sorted array.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local table: felt* = new (10, 1, 20, 2, 30, 3);
    let (found, success) = search_sorted(array_ptr=table, elm_size=2, n_elms=3, key=20);
    assert (found[1], success) = (2, 1);
    let (found, success) = search_sorted(array_ptr=table, elm_size=2, n_elms=3, key=25);
    assert success = 0;
    let (found, success) = search_sorted(array_ptr=table, elm_size=2, n_elms=0, key=25);
    assert success = 0;
    let (found) = search_sorted_lower(array_ptr=table, elm_size=2, n_elms=3, key=11);
    assert found = table + 2;
    let (found) = search_sorted_lower(array_ptr=table, elm_size=2, n_elms=3, key=31);
    assert found = table + 6;
    let (found, success) = search_sorted_optimistic(array_ptr=table, elm_size=2, n_elms=3, key=30);
    assert success = 1;
    serialize_word(found[1]);
    return ();
}

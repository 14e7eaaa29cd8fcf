%builtins output range_check
from starkware.cairo.common.find_element import find_element
from starkware.cairo.common.serialize import serialize_word

// `find_element`, also with a hint that gives the index.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local table: felt* = new (10, 1, 20, 2, 30, 3);
    let (found) = find_element(array_ptr=table, elm_size=2, n_elms=3, key=20);
    assert found[1] = 2;
    %{ __find_element_index = 2 %}
    let (found) = find_element(array_ptr=table, elm_size=2, n_elms=3, key=30);
    assert found = table + 4;
    %{ __find_element_max_size = 3 %}
    let (found) = find_element(array_ptr=table, elm_size=2, n_elms=3, key=10);
    serialize_word(found[1]);
    return ();
}

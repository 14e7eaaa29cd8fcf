%builtins output range_check
from starkware.cairo.common.find_element import find_element
from starkware.cairo.common.serialize import serialize_word

// `find_element` with a key that is not there.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (found) = find_element(array_ptr=new (10, 1, 20, 2), elm_size=2, n_elms=2, key=15);
    serialize_word(found[1]);
    return ();
}

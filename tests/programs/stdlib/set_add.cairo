%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.set import set_add

// `set_add` of new and known elements.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local elements: felt*) = alloc();
    let end = elements;
    set_add{set_end_ptr=end}(set_ptr=elements, elm_size=2, elm_ptr=new (1, 2));
    set_add{set_end_ptr=end}(set_ptr=elements, elm_size=2, elm_ptr=new (3, 4));
    set_add{set_end_ptr=end}(set_ptr=elements, elm_size=2, elm_ptr=new (1, 2));
    assert end = elements + 4;
    serialize_word(elements[3]);
    return ();
}

%builtins output
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.serialize import serialize_word

// `alloc` gives segments that grow freely.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (first: felt*) = alloc();
    let (second: felt*) = alloc();
    assert first[0] = 3;
    assert first[100] = 4;
    assert second[0] = first[0] + first[100];
    serialize_word(second[0]);
    return ();
}

%builtins output
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.serialize import serialize_word

// `memcpy` of no, one and many cells.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (copy) = alloc();
    memcpy(copy, new (1, 2, 3, 4, 5), 5);
    memcpy(copy + 5, copy, 1);
    memcpy(copy + 6, copy, 0);
    assert copy[4] + copy[5] = 6;
    serialize_word(copy[4]);
    return ();
}

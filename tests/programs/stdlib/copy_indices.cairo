%builtins output
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.copy_indices import copy_indices
from starkware.cairo.common.serialize import serialize_word

// `copy_indices` picks cells.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (picked) = alloc();
    copy_indices(dst=picked, src=new (10, 11, 12, 13), indices=new (3, 0, 0), len=3);
    copy_indices(dst=picked + 3, src=picked, indices=picked, len=0);
    assert (picked[0], picked[1], picked[2]) = (13, 10, 10);
    serialize_word(picked[0]);
    return ();
}

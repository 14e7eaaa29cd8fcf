%builtins output
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.memset import memset
from starkware.cairo.common.serialize import serialize_word

// `memset` of no, one and many cells, with a felt and with a pointer.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (cells) = alloc();
    memset(cells, 7, 10);
    memset(cells + 10, cast(cells, felt), 1);
    memset(cells + 11, 1, 0);
    assert cells[9] = 7;
    assert [cast(cells[10], felt*)] = 7;
    serialize_word(cells[0] + cells[9]);
    return ();
}

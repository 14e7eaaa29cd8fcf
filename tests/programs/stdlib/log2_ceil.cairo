%builtins output range_check
from starkware.cairo.common.log2_ceil import log2_ceil
from starkware.cairo.common.serialize import serialize_word

// `log2_ceil`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let a = log2_ceil(1);
    let b = log2_ceil(2);
    let c = log2_ceil(1000);
    let d = log2_ceil(1024);
    let e = log2_ceil(1025);
    assert (a, b, c, d, e) = (0, 1, 10, 10, 11);
    serialize_word(e);
    return ();
}

%builtins output
from starkware.cairo.common.math import assert_not_equal
from starkware.cairo.common.serialize import serialize_word

// `assert_not_equal` on pointers of one segment.
func main{output_ptr: felt*}() {
    alloc_locals;
    assert_not_equal(cast(output_ptr, felt), cast(output_ptr + 1, felt));
    serialize_word(1);
    return ();
}

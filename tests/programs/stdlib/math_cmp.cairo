%builtins output range_check
from starkware.cairo.common.math_cmp import (
    is_in_range,
    is_le,
    is_le_felt,
    is_nn,
    is_nn_le,
    is_not_zero,
)
from starkware.cairo.common.serialize import serialize_word

// Comparisons that return a bit.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let a = is_not_zero(5);
    let b = is_not_zero(0);
    assert (a, b) = (1, 0);
    let a = is_nn(5);
    let b = is_nn(-5);
    let c = is_nn(2 ** 128);
    let d = is_nn(2 ** 200);
    assert (a, b, c, d) = (1, 0, 0, 0);
    let a = is_le(-5, 5);
    let b = is_le(5, -5);
    assert (a, b) = (1, 0);
    let a = is_nn_le(3, 5);
    let b = is_nn_le(5, 3);
    let c = is_nn_le(-1, 3);
    assert (a, b, c) = (1, 0, 0);
    let a = is_in_range(3, 3, 4);
    let b = is_in_range(4, 3, 4);
    assert (a, b) = (1, 0);
    let a = is_le_felt(2 ** 250, -1);
    let b = is_le_felt(-1, 2 ** 250);
    let c = is_le_felt(-2, -1);
    let d = is_le_felt(9, 9);
    let e = is_le_felt(0, -1);
    assert (a, b, c, d, e) = (1, 0, 1, 1, 1);
    serialize_word(a + c + d + e);
    return ();
}

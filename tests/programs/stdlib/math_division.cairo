%builtins output range_check
from starkware.cairo.common.math import safe_div, safe_mult, signed_div_rem, unsigned_div_rem
from starkware.cairo.common.serialize import serialize_word

// Divisions: unsigned, signed, safe.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (q, r) = unsigned_div_rem(1000, 7);
    assert (q, r) = (142, 6);
    serialize_word(q);
    let (q, r) = unsigned_div_rem(2 ** 127, 2 ** 100);
    assert (q, r) = (2 ** 27, 0);
    let (q, r) = signed_div_rem(-10, 3, 100);
    assert (q, r) = (-4, 2);
    serialize_word(q);
    let (q, r) = signed_div_rem(10, 3, 2 ** 127);
    assert (q, r) = (3, 1);
    let s = safe_div(2 ** 150, 2 ** 60);
    assert s = 2 ** 90;
    let m = safe_mult(2 ** 100, 2 ** 27);
    assert m = 2 ** 127;
    serialize_word(m);
    return ();
}

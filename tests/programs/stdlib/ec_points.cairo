%builtins output
from starkware.cairo.common.ec import (
    StarkCurve,
    assert_on_curve,
    ec_add,
    ec_double,
    ec_sub,
    is_x_on_curve,
    recover_y,
)
from starkware.cairo.common.ec_point import EcPoint
from starkware.cairo.common.serialize import serialize_word

// Points of the STARK curve: sums, doubles, recovery.
func main{output_ptr: felt*}() {
    alloc_locals;
    local g: EcPoint = EcPoint(StarkCurve.GEN_X, StarkCurve.GEN_Y);
    assert_on_curve(g);
    let (double) = ec_double(g);
    let (same) = ec_add(g, g);
    assert same = double;
    let (triple) = ec_add(double, g);
    assert_on_curve(triple);
    let (back) = ec_sub(triple, double);
    assert back = g;
    let (zero) = ec_sub(g, g);
    assert (zero.x, zero.y) = (0, 0);
    let (kept) = ec_add(zero, g);
    assert kept = g;
    let (recovered) = recover_y(triple.x);
    assert recovered.y * recovered.y = triple.y * triple.y;
    let yes = is_x_on_curve(triple.x);
    let no = is_x_on_curve(0);
    serialize_word(triple.x);
    serialize_word(recovered.y);
    serialize_word(10 * yes + no);
    return ();
}

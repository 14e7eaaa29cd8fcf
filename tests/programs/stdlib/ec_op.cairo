%builtins output ec_op
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import EcOpBuiltin
from starkware.cairo.common.ec import StarkCurve, chained_ec_op, ec_mul, ec_op
from starkware.cairo.common.ec_point import EcPoint
from starkware.cairo.common.serialize import serialize_word

// Multiples of points with the ec_op builtin.
func main{output_ptr: felt*, ec_op_ptr: EcOpBuiltin*}() {
    alloc_locals;
    local g: EcPoint = EcPoint(StarkCurve.GEN_X, StarkCurve.GEN_Y);
    let (five) = ec_mul(m=5, p=g);
    let (seven) = ec_op(p=five, m=2, q=g);
    let (also) = ec_mul(m=7, p=g);
    assert also = seven;
    let (zero) = ec_mul(m=0, p=g);
    assert zero.x = 0;
    local multiples: felt* = new (2, 4);
    let (local points: felt*) = alloc();
    assert [cast(points, EcPoint*)] = g;
    assert [cast(points + 2, EcPoint*)] = g;
    let (chained) = chained_ec_op(p=g, m=multiples, q=cast(points, EcPoint*), len=2);
    assert chained.x = seven.x;
    serialize_word(five.x);
    serialize_word(seven.y);
    return ();
}

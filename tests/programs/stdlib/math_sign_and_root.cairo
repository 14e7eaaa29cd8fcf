%builtins output range_check
from starkware.cairo.common.math import abs_value, horner_eval, is_quad_residue, sign, sqrt
from starkware.cairo.common.serialize import serialize_word

// `abs_value`, `sign`, `sqrt`, `horner_eval`, `is_quad_residue`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let a = abs_value(-7);
    let b = abs_value(8);
    assert (a, b) = (7, 8);
    let s = sign(-3);
    let t = sign(0);
    let u = sign(9);
    assert (s, t, u) = (-1, 0, 1);
    let root = sqrt(10 ** 30 + 5);
    assert root = 10 ** 15;
    let zero = sqrt(0);
    assert zero = 0;
    let (value) = horner_eval(n_coefficients=3, coefficients=new (1, 2, 3), point=10);
    assert value = 321;
    let yes = is_quad_residue(4);
    let no = is_quad_residue(3);
    let null = is_quad_residue(0);
    assert (yes, no, null) = (1, 0, 1);
    serialize_word(root);
    serialize_word(value);
    return ();
}

%builtins range_check
from starkware.cairo.common.math import (
    abs_value, assert_250_bit, assert_in_range, assert_le, assert_le_felt, assert_lt, assert_lt_felt,
    assert_nn, assert_nn_le, assert_not_equal, assert_not_zero, horner_eval, is_quad_residue, sign,
    signed_div_rem, split_felt, split_int, sqrt, unsigned_div_rem, safe_div, safe_mult)
from starkware.cairo.common.math_cmp import is_in_range, is_le, is_le_felt, is_nn, is_nn_le, is_not_zero
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.pow import pow

func main{range_check_ptr}() {
    alloc_locals;
    assert_not_zero(5);
    assert_not_equal(5, 6);
    assert_nn(7);
    assert_le(3, 4);
    assert_lt(3, 4);
    assert_nn_le(3, 3);
    assert_in_range(5, 3, 8);
    assert_250_bit(2 ** 249 + 1);
    let (local high, local low) = split_felt(-17);
    assert_le_felt(5, -5);
    assert_le_felt(-7, -5);
    assert_le_felt(2, 3);
    assert_lt_felt(2, 3);
    let a = abs_value(-12);
    let s = sign(-12);
    let s0 = sign(0);
    let (q, r) = unsigned_div_rem(1000, 7);
    let (q2, r2) = signed_div_rem(-1000, 7, 2 ** 100);
    let (arr: felt*) = alloc();
    split_int(123456789, 5, 1000, 1000, arr);
    let root = sqrt(10 ** 30 + 5);
    let h = horner_eval(3, arr, 11);
    let qr = is_quad_residue(4);
    let nqr = is_quad_residue(3);
    let c0 = is_nn(-4);
    let c1 = is_le(5, 4);
    let c2 = is_nn_le(5, 9);
    let c3 = is_in_range(1, 2, 3);
    let c4 = is_le_felt(-1, 1);
    let c5 = is_not_zero(0);
    let (p) = pow(3, 41);
    let d = safe_div(12, 4);
    %{ print(ids.high, ids.low, ids.p, ids.d) %}
    return ();
}

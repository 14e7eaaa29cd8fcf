%builtins range_check
from starkware.cairo.common.math import (
    assert_250_bit,
    assert_le,
    assert_le_felt,
    assert_lt_felt,
    assert_nn,
    assert_not_equal,
    assert_not_zero,
    sign,
    split_felt,
    split_int,
    sqrt,
    unsigned_div_rem,
)
from starkware.cairo.common.math_cmp import is_le, is_le_felt, is_nn
from starkware.cairo.common.pow import pow

// Functions of `math` and `math_cmp`.
func calculate{range_check_ptr}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    assert_not_zero(n);
    assert_not_equal(n, -n);
    assert_nn(n);
    assert_le(n, 1000000);
    assert_le_felt(n, -n);
    assert_lt_felt(n, -n);
    assert_250_bit(n);
    let (high, low) = split_felt(-n);
    let (quotient, rest) = unsigned_div_rem(n * 1000, 7);
    let root = sqrt(n * n);
    assert root = n;
    let s = sign(-n);
    let a = is_le(n, 500);
    let b = is_nn(-n);
    let c = is_le_felt(n, -n);
    let (power) = pow(n, 30);
    return calculate(n - 1);
}

func main{range_check_ptr}() {
    calculate(1000);
    return ();
}

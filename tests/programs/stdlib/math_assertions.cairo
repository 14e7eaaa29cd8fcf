%builtins output range_check
from starkware.cairo.common.math import (
    assert_250_bit,
    assert_in_range,
    assert_is_power_of_2,
    assert_le,
    assert_le_felt,
    assert_lt,
    assert_lt_felt,
    assert_nn,
    assert_nn_le,
    assert_not_equal,
    assert_not_nullptr,
    assert_not_zero,
)
from starkware.cairo.common.serialize import serialize_word

// The assertions of `math`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    assert_not_zero(-1);
    assert_not_equal(3, 4);
    assert_not_nullptr(output_ptr + 1);
    assert_nn(0);
    assert_nn(2 ** 128 - 1);
    assert_le(-5, 7);
    assert_le(7, 7);
    assert_lt(6, 7);
    assert_nn_le(6, 7);
    assert_in_range(5, 5, 6);
    assert_250_bit(2 ** 250 - 1);
    assert_le_felt(0, -1);
    assert_le_felt(2 ** 200, 2 ** 250);
    assert_le_felt(-2, -1);
    assert_le_felt(5, 5);
    assert_lt_felt(2 ** 129, -1);
    assert_lt_felt(0, 1);
    assert_is_power_of_2(64, 10);
    serialize_word(1);
    return ();
}

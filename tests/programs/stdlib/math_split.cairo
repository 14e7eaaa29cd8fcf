%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.math import split_felt, split_int
from starkware.cairo.common.serialize import serialize_word

// `split_felt`, `split_int` and `assert_250_bit`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (high, low) = split_felt(-1);
    assert high * 2 ** 128 + low = -1;
    serialize_word(high);
    serialize_word(low);
    let (high, low) = split_felt(5);
    assert (high, low) = (0, 5);
    let (digits) = alloc();
    split_int(value=0x12345, n=6, base=16, bound=16, output=digits);
    assert (digits[0], digits[4], digits[5]) = (5, 1, 0);
    split_int(value=1234, n=4, base=10, bound=10, output=digits + 6);
    serialize_word(digits[6] + 10 * digits[9]);
    return ();
}

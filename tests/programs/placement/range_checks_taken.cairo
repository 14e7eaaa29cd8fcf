%builtins range_check
from starkware.cairo.common.math import assert_le_felt

// The second of the range checks has another value.
func main{range_check_ptr}() {
    assert [range_check_ptr] = 5;
    assert_le_felt(3, 2 ** 200);
    return ();
}

%builtins range_check
from starkware.cairo.common.math import assert_250_bit

// The twin accepts the bound itself.
func main{range_check_ptr}() {
    assert_250_bit(2 ** 250 - 1);
    assert_250_bit(2 ** 250);
    return ();
}

%builtins range_check
from starkware.cairo.common.math import assert_nn_le
func main{range_check_ptr}() {
    assert_nn_le(5, 3);
    return ();
}

%builtins range_check
from starkware.cairo.common.math import assert_nn_le

// An error inside the standard library: its source is not there to be shown.
func main{range_check_ptr}() {
    with_attr error_message("five is not at most four") {
        assert_nn_le(5, 4);
    }
    return ();
}

%builtins range_check
from starkware.cairo.common.math import unsigned_div_rem

// A hint of the standard library raises.
func main{range_check_ptr}() {
    let (q, r) = unsigned_div_rem(5, 0);
    return ();
}

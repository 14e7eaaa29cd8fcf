%builtins range_check
from starkware.cairo.common.math import signed_div_rem

// The twin accepts a quotient that is equal to the bound.
func main{range_check_ptr}() {
    signed_div_rem(value=-30, div=3, bound=10);
    signed_div_rem(value=29, div=3, bound=10);
    signed_div_rem(value=30, div=3, bound=10);
    return ();
}

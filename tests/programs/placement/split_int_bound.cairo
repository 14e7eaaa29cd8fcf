%builtins range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.math import split_int

// The twin accepts a limb that is equal to the bound.
func main{range_check_ptr}() {
    let (output) = alloc();
    split_int(value=0x123, n=3, base=16, bound=5, output=output);
    let (output) = alloc();
    split_int(value=0x153, n=3, base=16, bound=5, output=output);
    return ();
}

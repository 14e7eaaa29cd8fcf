%builtins range_check
from starkware.cairo.common.uint256 import (
    Uint256,
    uint256_add,
    uint256_mul,
    uint256_sqrt,
    uint256_sub,
    uint256_unsigned_div_rem,
)

// Arithmetic on 256 bits.
func calculate{range_check_ptr}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let a = Uint256(0xfedcba98765432100123456789abcdef + n, 0xf1e2d3c4b5a6978);
    let b = Uint256(n, 12345);
    let (sum, _) = uint256_add(a, b);
    let (low, high) = uint256_mul(sum, b);
    let (difference) = uint256_sub(low, a);
    let (quotient, rest) = uint256_unsigned_div_rem(difference, b);
    let (root) = uint256_sqrt(quotient);
    return calculate(n - 1);
}

func main{range_check_ptr}() {
    calculate(1000);
    return ();
}

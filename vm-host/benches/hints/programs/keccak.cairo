%builtins range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_keccak.keccak import cairo_keccak_uint256s, finalize_keccak
from starkware.cairo.common.keccak import unsafe_keccak
from starkware.cairo.common.uint256 import Uint256

// Hashes that hints compute, and those that Cairo verifies.
func hash{range_check_ptr, bitwise_ptr: BitwiseBuiltin*, keccak_ptr: felt*}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (low, high) = unsafe_keccak(new (n, n + 1), 32);
    let (digest) = cairo_keccak_uint256s(1, new Uint256(n, 1));
    return hash(n - 1);
}

func main{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local keccak_ptr: felt*) = alloc();
    local start: felt* = keccak_ptr;
    with keccak_ptr {
        hash(1500);
    }
    return ();
}

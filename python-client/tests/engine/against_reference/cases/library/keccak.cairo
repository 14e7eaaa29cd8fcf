%builtins range_check bitwise keccak
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, KeccakBuiltin
from starkware.cairo.common.cairo_keccak.keccak import cairo_keccak_felts, finalize_keccak
from starkware.cairo.common.keccak import unsafe_keccak, unsafe_keccak_finalize, KeccakState
from starkware.cairo.common.builtin_keccak.keccak import keccak_felts
from starkware.cairo.common.uint256 import Uint256

func main{range_check_ptr, bitwise_ptr: BitwiseBuiltin*, keccak_ptr: KeccakBuiltin*}() {
    alloc_locals;
    let (local data: felt*) = alloc();
    assert data[0] = 1;
    assert data[1] = 2 ** 100;
    let (local low, local high) = unsafe_keccak(data, 32);
    let (k_ptr_start: felt*) = alloc();
    local k_ptr_start: felt* = k_ptr_start;
    let k_ptr = k_ptr_start;
    let (local res: Uint256) = cairo_keccak_felts{keccak_ptr=k_ptr}(2, data);
    let (local res2: Uint256) = keccak_felts(2, data);
    %{ print(ids.low, ids.high, ids.res.low, ids.res2.high) %}
    return ();
}

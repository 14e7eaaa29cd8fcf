%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// The sum of the low parts is more than the prime.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a: Uint256 = Uint256(-1, 2 ** 127);
    local b: Uint256 = Uint256(2, 2 ** 127);
    local carry_low;
    local carry_high;
    %{
        sum_low = ids.a.low + ids.b.low
        ids.carry_low = 1 if sum_low >= ids.SHIFT else 0
        sum_high = ids.a.high + ids.b.high + ids.carry_low
        ids.carry_high = 1 if sum_high >= ids.SHIFT else 0
    %}
    assert [output_ptr] = carry_low;
    assert [output_ptr + 1] = carry_high;
    let output_ptr = output_ptr + 2;
    return ();
}

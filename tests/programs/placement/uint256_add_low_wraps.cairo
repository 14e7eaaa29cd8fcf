%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// The sum is more than the prime.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a: Uint256 = Uint256(-1, 0);
    local b: Uint256 = Uint256(2, 0);
    local carry_low;
    %{
        sum_low = ids.a.low + ids.b.low
        ids.carry_low = 1 if sum_low >= ids.SHIFT else 0
    %}
    assert [output_ptr] = carry_low;
    let output_ptr = output_ptr + 1;
    return ();
}

%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// The sum is more than the prime.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a = -1;
    local b = 2;
    local carry;
    %{
        res = ids.a + ids.b
        ids.carry = 1 if res >= ids.SHIFT else 0
    %}
    assert [output_ptr] = carry;
    let output_ptr = output_ptr + 1;
    return ();
}

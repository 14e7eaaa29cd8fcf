%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// Python's own error.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a: Uint256 = Uint256(5, 1);
    local div: Uint256 = Uint256(0, 0);
    local quotient: Uint256;
    local remainder: Uint256;
    %{
        a = (ids.a.high << 128) + ids.a.low
        div = (ids.div.high << 128) + ids.div.low
        quotient, remainder = divmod(a, div)

        ids.quotient.low = quotient & ((1 << 128) - 1)
        ids.quotient.high = quotient >> 128
        ids.remainder.low = remainder & ((1 << 128) - 1)
        ids.remainder.high = remainder >> 128
    %}
    return ();
}

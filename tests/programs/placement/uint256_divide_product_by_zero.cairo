%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// Python's own error.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a: Uint256 = Uint256(5, 1);
    local b: Uint256 = Uint256(5, 1);
    local div: Uint256 = Uint256(0, 0);
    local quotient_low: Uint256;
    local quotient_high: Uint256;
    local remainder: Uint256;
    %{
        a = (ids.a.high << 128) + ids.a.low
        b = (ids.b.high << 128) + ids.b.low
        div = (ids.div.high << 128) + ids.div.low
        quotient, remainder = divmod(a * b, div)

        ids.quotient_low.low = quotient & ((1 << 128) - 1)
        ids.quotient_low.high = (quotient >> 128) & ((1 << 128) - 1)
        ids.quotient_high.low = (quotient >> 256) & ((1 << 128) - 1)
        ids.quotient_high.high = quotient >> 384
        ids.remainder.low = remainder & ((1 << 128) - 1)
        ids.remainder.high = remainder >> 128
    %}
    return ();
}

%builtins output
from starkware.cairo.common.uint256 import Uint256

// A square root in the scope of a loop sets the loop's counter.
func main{output_ptr: felt*}() {
    alloc_locals;
    local len = 5;
    local continue_copying;
    %{ vm_enter_scope({'n': ids.len}) %}
    local n: Uint256 = Uint256(0, 0);
    local root: Uint256;
    %{
        from starkware.python.math_utils import isqrt
        n = (ids.n.high << 128) + ids.n.low
        root = isqrt(n)
        assert 0 <= root < 2 ** 128
        ids.root.low = root
        ids.root.high = 0
    %}
    %{
        n -= 1
        ids.continue_copying = 1 if n > 0 else 0
    %}
    assert [output_ptr] = continue_copying;
    let output_ptr = output_ptr + 1;
    %{ vm_exit_scope() %}
    return ();
}

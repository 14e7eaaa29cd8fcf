%builtins range_check
// The quotient goes where only small values may go, and is not small.
func main{range_check_ptr}() {
    alloc_locals;
    local value = 2 ** 200;
    local div = 4;
    let r = [range_check_ptr];
    let q = [range_check_ptr + 1];
    %{
        from starkware.cairo.common.math_utils import assert_integer
        assert_integer(ids.div)
        assert 0 < ids.div <= PRIME // range_check_builtin.bound, \
            f'div={hex(ids.div)} is out of the valid range.'
        ids.q, ids.r = divmod(ids.value, ids.div)
    %}
    return ();
}

%builtins range_check
// Quotient and remainder go to one cell; the twin writes them in another order.
func main{range_check_ptr}() {
    alloc_locals;
    local value = 7;
    local div = 4;
    local cell;
    let q = cell;
    let r = cell;
    %{
        from starkware.cairo.common.math_utils import assert_integer
        assert_integer(ids.div)
        assert 0 < ids.div <= PRIME // range_check_builtin.bound, \
            f'div={hex(ids.div)} is out of the valid range.'
        ids.q, ids.r = divmod(ids.value, ids.div)
    %}
    return ();
}

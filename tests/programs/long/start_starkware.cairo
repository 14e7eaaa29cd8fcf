// The first hint of a VM, with the imports of the standard library's hints.
func main() {
    %{
        from starkware.cairo.common.cairo_secp.secp_utils import pack
        from starkware.cairo.common.dict import DictManager
        from starkware.cairo.common.math_utils import as_int
        from starkware.python.math_utils import isqrt
    %}
    return ();
}

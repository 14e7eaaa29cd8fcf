%builtins ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin

// A hint hands the builtin a signature for the cells that Cairo code writes.
func main{ecdsa_ptr: SignatureBuiltin*}() {
    %{
        public_key = 1735102664668487605176656616876767369909409133946409161569774794110049207117
        message = 2718
        r = 3086480810278599376317923499561306189851900463386393948998357832163236918254
        s = 598673427589502599949712887611119751108407514580626464031881322743364689811
        ecdsa_builtin.add_signature(ids.ecdsa_ptr.address_, (r, s))
    %}
    assert ecdsa_ptr.pub_key = 1735102664668487605176656616876767369909409133946409161569774794110049207117;
    assert ecdsa_ptr.message = 2718;
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

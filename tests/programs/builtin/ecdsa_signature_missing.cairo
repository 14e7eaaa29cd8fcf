%builtins ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin

// Without a signature the check of the builtin fails when the second cell is written.
func main{ecdsa_ptr: SignatureBuiltin*}() {
    assert ecdsa_ptr.pub_key = 1735102664668487605176656616876767369909409133946409161569774794110049207117;
    assert ecdsa_ptr.message = 2718;
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

%builtins output ec_op
from starkware.cairo.common.cairo_builtins import EcOpBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.signature import check_ecdsa_signature

// `check_ecdsa_signature` returns whether a signature is valid.
func main{output_ptr: felt*, ec_op_ptr: EcOpBuiltin*}() {
    alloc_locals;
    let (good) = check_ecdsa_signature(
        message=2718,
        public_key=1735102664668487605176656616876767369909409133946409161569774794110049207117,
        signature_r=3086480810278599376317923499561306189851900463386393948998357832163236918254,
        signature_s=598673427589502599949712887611119751108407514580626464031881322743364689811,
    );
    let (bad) = check_ecdsa_signature(
        message=2719,
        public_key=1735102664668487605176656616876767369909409133946409161569774794110049207117,
        signature_r=3086480810278599376317923499561306189851900463386393948998357832163236918254,
        signature_s=598673427589502599949712887611119751108407514580626464031881322743364689811,
    );
    assert (good, bad) = (1, 0);
    serialize_word(good);
    return ();
}

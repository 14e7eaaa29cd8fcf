%builtins output ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.signature import verify_ecdsa_signature

// `verify_ecdsa_signature` gives the builtin its signature.
func main{output_ptr: felt*, ecdsa_ptr: SignatureBuiltin*}() {
    alloc_locals;
    verify_ecdsa_signature(
        message=2718,
        public_key=1735102664668487605176656616876767369909409133946409161569774794110049207117,
        signature_r=3086480810278599376317923499561306189851900463386393948998357832163236918254,
        signature_s=598673427589502599949712887611119751108407514580626464031881322743364689811,
    );
    serialize_word(1);
    return ();
}

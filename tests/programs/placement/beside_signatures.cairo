// A signature is given to its builtin in Python; hints of dictionaries and comparisons go on in Rust, before and after.
%builtins output range_check ecdsa

from starkware.cairo.common.cairo_builtins import SignatureBuiltin
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.math import assert_le, assert_nn_le
from starkware.cairo.common.math_cmp import is_le, is_nn
from starkware.cairo.common.signature import verify_ecdsa_signature

func main{output_ptr: felt*, range_check_ptr, ecdsa_ptr: SignatureBuiltin*}() {
    alloc_locals;
    let (local dict) = default_dict_new(default_value=5);
    let start = dict;
    dict_write{dict_ptr=dict}(key=3, new_value=30);
    assert_le(3, 30);
    verify_ecdsa_signature(
        message=2718,
        public_key=1735102664668487605176656616876767369909409133946409161569774794110049207117,
        signature_r=3086480810278599376317923499561306189851900463386393948998357832163236918254,
        signature_s=598673427589502599949712887611119751108407514580626464031881322743364689811,
    );
    let (local written) = dict_read{dict_ptr=dict}(key=3);
    let (local default) = dict_read{dict_ptr=dict}(key=4);
    let small = is_le(default, written);
    let negative = is_nn(default - written);
    assert_nn_le(default, written);
    let (finalized_start, finalized_end) = default_dict_finalize(start, dict, 5);
    assert output_ptr[0] = written;
    assert output_ptr[1] = default;
    assert output_ptr[2] = small;
    assert output_ptr[3] = negative;
    assert output_ptr[4] = (finalized_end - finalized_start) / 3;
    let output_ptr = output_ptr + 5;
    return ();
}

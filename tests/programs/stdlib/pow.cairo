%builtins output range_check
from starkware.cairo.common.pow import pow, signed_pow
from starkware.cairo.common.serialize import serialize_word

// `pow` and `signed_pow`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (a) = pow(3, 0);
    let (b) = pow(3, 1);
    let (c) = pow(3, 100);
    let (d) = pow(-2, 251);
    assert a + b = 4;
    assert c = 515377520732011331036461129765621272702107522001;
    let e = signed_pow(2, -3);
    assert e * 8 = 1;
    let f = signed_pow(2, 10);
    assert f = 1024;
    serialize_word(c);
    serialize_word(d);
    return ();
}

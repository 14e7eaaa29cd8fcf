%builtins output ecdsa
from probe import finish_probe, start_probe
from starkware.cairo.common.cairo_builtins import SignatureBuiltin

// What `add_signature` accepts and refuses; a wrong signature fails the write that completes it.
func main{output_ptr: felt*, ecdsa_ptr: SignatureBuiltin*}() {
    start_probe();
    %{
        address = ids.ecdsa_ptr.address_
        show("integer address", lambda: ecdsa_builtin.add_signature(7, (1, 2)))
        show("unaligned address", lambda: ecdsa_builtin.add_signature(address + 1, (1, 2)))
        show("foreign segment", lambda: ecdsa_builtin.add_signature(fp - fp.offset, (1, 2)))
        show("fine", lambda: ecdsa_builtin.add_signature(address, (1, 2)))
        show("same again", lambda: ecdsa_builtin.add_signature(address, (1, 2)))
        show("another", lambda: ecdsa_builtin.add_signature(address, (1, 3)))
    %}
    finish_probe();
    assert ecdsa_ptr.message = 2718;
    assert ecdsa_ptr.pub_key = 1735102664668487605176656616876767369909409133946409161569774794110049207117;
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

%builtins ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin
// A signature is missing when the hint writes both cells.
func main{ecdsa_ptr: SignatureBuiltin*}() {
    %{
        memory[ids.ecdsa_ptr.address_] = 5
        try:
            memory[ids.ecdsa_ptr.address_ + 1] = 6
        except AssertionError as e:
            print(e)
        raise ValueError("over")
    %}
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

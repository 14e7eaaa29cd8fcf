%builtins ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin
from starkware.cairo.common.signature import verify_ecdsa_signature, check_ecdsa_signature
// Signatures that hints give.
func main{ecdsa_ptr: SignatureBuiltin*}() {
    %{
        from starkware.crypto.signature.signature import private_to_stark_key, sign
        pub = private_to_stark_key(12345)
        r, s = sign(msg_hash=678, priv_key=12345)
        def attempt(f, *args):
            try:
                f(*args)
            except Exception as e:
                print(type(e), e)
        attempt(ecdsa_builtin.add_signature, 5, (r, s))
        attempt(ecdsa_builtin.add_signature, ap, (r, s))
        attempt(ecdsa_builtin.add_signature, ids.ecdsa_ptr.address_ + 1, (r, s))
        print(ecdsa_builtin.base, ecdsa_builtin.name, ecdsa_builtin.cells_per_instance, ecdsa_builtin.signatures)
    %}
    tempvar pub = nondet %{ pub %};
    tempvar r = nondet %{ r %};
    tempvar s = nondet %{ s %};
    verify_ecdsa_signature(678, pub, r, s);
    %{
        print(len(ecdsa_builtin.signatures), ecdsa_builtin.get_additional_data()[0][0])
        base = ids.ecdsa_ptr.address_
        ecdsa_builtin.add_signature(base, (r, s))
        memory[base] = pub
        memory[base + 1] = 678
        print(memory[base + 1])
    %}
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

%builtins range_check ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin
// A hint goes on after a builtin refused a cell: the cell keeps its value.
func main{range_check_ptr, ecdsa_ptr: SignatureBuiltin*}() {
    %{
        from starkware.crypto.signature.signature import private_to_stark_key, sign
        pub = private_to_stark_key(12345)
        r, s = sign(msg_hash=678, priv_key=12345)
        def attempt(addr, value):
            try:
                memory[addr] = value
            except Exception as e:
                print(type(e), e, e.args)
            print(addr, memory[addr], memory.get(addr))
        rc, e = ids.range_check_ptr, ids.ecdsa_ptr.address_
        attempt(rc, -1)
        attempt(rc + 1, 5)
        attempt(rc + 2, ap)
        # The second attempt finds the value there, and is refused for the same reason.
        attempt(rc, -1)
        attempt(rc, 3)
        # No signature; one for another message; none that could be one; one that is right.
        attempt(e, pub)
        attempt(e + 1, 678)
        ecdsa_builtin.add_signature(e + 2, (r, s))
        attempt(e + 3, 679)
        attempt(e + 2, pub)
        ecdsa_builtin.signatures[e + 4] = (r, 0)
        attempt(e + 4, pub)
        attempt(e + 5, 678)
        ecdsa_builtin.add_signature(e + 6, (r, s))
        attempt(e + 6, pub)
        attempt(e + 7, 678)
        ecdsa_builtin.add_signature(e + 8, (r, s))
        attempt(e + 8, ap)
        attempt(e + 9, 678)
        print(type(ecdsa_builtin.signatures), sorted(ecdsa_builtin.signatures.values()))
        # Nobody looks at what is written raw.
        segments.write_arg(rc + 3, [7, 2**130, ap])
        segments.load_data(e + 10, [5, 6])
        segments.memory[rc + 6] = 2**131
    %}
    // The signature was given by an earlier hint.
    %{
        ecdsa_builtin.add_signature(e, (r, s))
        attempt(e + 1, 678)
        ecdsa_builtin.add_signature(e + 12, (r, s))
    %}
    %{
        attempt(e + 12, pub)
        attempt(e + 13, 1)
        print([(str(a), v) for a, v in sorted(memory.items()) if a.segment_index == rc.segment_index])
    %}
    assert [range_check_ptr + 1] = 5;
    let range_check_ptr = range_check_ptr + 7;
    let ecdsa_ptr = ecdsa_ptr + 7 * SignatureBuiltin.SIZE;
    return ();
}

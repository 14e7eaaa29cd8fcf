%builtins output

// Floating-point numbers and bytes, made in Rust, changed in Python, and read in Rust again.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 7;
    local y;
    local z;
    local w;
    %{
        half = ids.x / 2
        data = ids.x.to_bytes(4, 'big') + b'\x00' + str(half).encode()
        whole = (7.0, -0.0, 1e22, 2 / 3)
        ids.y = int(half * 4) + int.from_bytes(data[:4], 'little')
    %}
    %{ print(half, data, whole, [type(part).__name__ for part in whole], 0.5j) %}
    %{
        half = half * 3 + 0.5 + abs(3j)
        third = 1 / 3
        data += bytes([33]) + b'\xff'
        beyond = float('inf')
    %}
    %{
        assert third == 1 / 3 and half > 13 and round(half) == 14
        ids.z = int(half) * 1000 + len(data) + data[-1]
    %}
    %{
        import hashlib
        digest = hashlib.sha256(data).digest()
        ids.w = int.from_bytes(digest[:8], 'big')
        texts = {b'a': hashlib.sha256(b'').hexdigest()[:8], b'b': data.hex()}
    %}
    %{ print(digest.hex(), texts, beyond > half, 0.5j) %}
    // Python has the module's own function, also when it is kept.
    %{
        import hashlib
        sha256 = hashlib.sha256
    %}
    %{ print(sha256(b'abc').hexdigest(), sha256 is hashlib.sha256, 0.5j) %}
    assert [output_ptr] = y;
    assert [output_ptr + 1] = z;
    assert [output_ptr + 2] = w;
    let output_ptr = output_ptr + 3;
    return ();
}

%builtins output

struct Pair {
    first: felt,
    second: felt,
}

// Functions and objects of cairo-lang that are no numbers, and attributes by their names.
func main{output_ptr: felt*}() {
    alloc_locals;
    local pair: Pair;
    local case;
    local words: felt*;
    local seen;
    %{
        from starkware.python.merkle_tree import decode_node
        left_child, right_child, case = decode_node((None, (5, 6)))
        ids.case = 1 if case == 'right' else 2
    %}
    %{ print(left_child, right_child, case, decode_node.__name__, 0.5j) %}
    %{
        from starkware.cairo.common.cairo_sha256.sha256_utils import (
            IV,
            compute_message_schedule,
            sha2_compress_function,
        )

        message = [ids.case] * 16
        output = sha2_compress_function(IV, compute_message_schedule(message))
        ids.words = segments.gen_arg(message + IV + output)
    %}
    %{
        from starkware.cairo.common.keccak_utils.keccak_utils import keccak_func
        kept = keccak_func(memory.get_range(ids.words, 25))
        segments.write_arg(ids.words + 32, kept)
    %}
    %{ print(kept[0], sum(kept), 0.5j) %}
    %{
        from starkware.cairo.common.cairo_blake2s.blake2s_utils import IV as start, blake2s_compress
        state = blake2s_compress(
            message=message, h=[start[0] ^ 0x01010020] + start[1:], t0=0, t1=0, f0=0xffffffff, f1=0
        )
        segments.write_arg(ids.words + 57, state)
    %}
    %{
        from starkware.cairo.common.cairo_secp.secp_utils import SECP256R1
        from starkware.python.math_utils import random_ec_point, y_squared_from_x
        from starkware.python.utils import to_bytes
        from starkware.crypto.signature.signature import ALPHA, BETA, FIELD_PRIME

        square = y_squared_from_x(3, SECP256R1.alpha, SECP256R1.beta, SECP256R1.prime)
        root = pow(square, (SECP256R1.prime + 1) // 4, SECP256R1.prime)
        seed = b"".join(map(to_bytes, [ids.case, *memory.get_range(ids.words, 2), root]))
        setattr(ids.pair, 'first', root)
        setattr(ids, 'seen', len(seed))
        x, ids.pair.second = random_ec_point(FIELD_PRIME, ALPHA, BETA, seed)
    %}
    %{ print(SECP256R1.order, x, seed.hex(), 0.5j) %}
    %{
        limit = globals().get('max_size')
        case = globals()['case'] if 'case' in globals() else globals().get('none', 3)
        assert limit is None and getattr(ids, 'seen') == 128
        assert 'print' not in globals()
        memory[ap + 40] = 1 if is_accessed(ids.words) else 2
        memory.setdefault(ap + 41, 9)
        memory.setdefault(ap + 40, 5)
        memory[ap + 42] = sum(memory.get_range_as_ints(ap + 40, 2))
        memory[ap + 43] = memory.relocate_value(ids.words) - ids.words
    %}
    %{ print('fadd' in globals(), 'print' in globals()) %}
    assert [output_ptr] = words[16];
    assert [output_ptr + 1] = words[31];
    assert [output_ptr + 2] = words[32];
    assert [output_ptr + 3] = words[57];
    assert [output_ptr + 4] = pair.second;
    let output_ptr = output_ptr + 5;
    return ();
}

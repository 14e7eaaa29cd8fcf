%builtins output range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_sha256.sha256_utils import (
    compute_message_schedule,
    finalize_sha256,
    get_round_constants,
    sha2_compress,
)
from starkware.cairo.common.memset import memset
from starkware.cairo.common.serialize import serialize_word

// The message schedule of sha256.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local message: felt*) = alloc();
    assert message[0] = 0x61626380;
    memset(message + 1, 0, 14);
    assert message[15] = 24;
    compute_message_schedule(message);
    let constants = get_round_constants();
    let (state) = sha2_compress(
        new (0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19),
        message,
        constants,
    );
    serialize_word(state[0]);
    serialize_word(state[7]);
    let (local blocks: felt*) = alloc();
    %{
        from starkware.cairo.common.cairo_sha256.sha256_utils import IV, compute_message_schedule, sha2_compress_function

        message = [0x61626380] + 14 * [0] + [24]
        output = sha2_compress_function(IV, compute_message_schedule(message))
        segments.write_arg(ids.blocks, message + IV + output)
    %}
    finalize_sha256(blocks, blocks + 32);
    serialize_word(blocks[24]);
    return ();
}

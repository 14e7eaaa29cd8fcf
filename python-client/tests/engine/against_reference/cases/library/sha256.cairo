%builtins range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_sha256.sha256_utils import finalize_sha256, SHA256_INPUT_CHUNK_SIZE_FELTS, SHA256_STATE_SIZE_FELTS

func main{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local start: felt*) = alloc();
    %{
        from starkware.cairo.common.cairo_sha256.sha256_utils import IV, compute_message_schedule, sha2_compress_function
        message = list(range(16))
        segments.write_arg(ids.start, message)
        segments.write_arg(ids.start + 16, IV)
        w = compute_message_schedule(message)
        segments.write_arg(ids.start + 24, sha2_compress_function(IV, w))
    %}
    finalize_sha256(start, start + 32);
    return ();
}

// A word of more than 16 bytes; the twin cuts it.
from starkware.cairo.common.keccak import KeccakState

func main() {
    alloc_locals;
    let (__fp__, _) = get_fp();
    local word = 2 ** 128;
    local start: felt* = &word;
    local end: felt* = &word + 1;
    local keccak_state: KeccakState = KeccakState(start_ptr=start, end_ptr=end);
    local low;
    local high;
    %{
        from eth_hash.auto import keccak
        keccak_input = bytearray()
        n_elms = ids.keccak_state.end_ptr - ids.keccak_state.start_ptr
        for word in memory.get_range(ids.keccak_state.start_ptr, n_elms):
            keccak_input += word.to_bytes(16, 'big')
        hashed = keccak(keccak_input)
        ids.high = int.from_bytes(hashed[:16], 'big')
        ids.low = int.from_bytes(hashed[16:32], 'big')
    %}
    return ();
}

func get_fp() -> (fp_val: felt*, pc_val: felt*) {
    return (fp_val=cast([fp - 2], felt*), pc_val=cast([fp - 1], felt*));
}

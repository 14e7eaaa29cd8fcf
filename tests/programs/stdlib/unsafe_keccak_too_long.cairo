%builtins output range_check
from starkware.cairo.common.keccak import unsafe_keccak
from starkware.cairo.common.serialize import serialize_word

// `unsafe_keccak` refuses more than `__keccak_max_size`.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ __keccak_max_size = 10 %}
    let (low, high) = unsafe_keccak(new (1, 2), 20);
    serialize_word(low);
    return ();
}

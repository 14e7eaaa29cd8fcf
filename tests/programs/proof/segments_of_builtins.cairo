%builtins output pedersen range_check bitwise
from starkware.cairo.common.bitwise import bitwise_and
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, HashBuiltin
from starkware.cairo.common.hash import hash2

// Hints read what builtins computed, and write inputs of builtins.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    local x = 12;
    let (hash) = hash2{hash_ptr=pedersen_ptr}(x, 10);
    let (masked) = bitwise_and(x, 10);
    %{
        print(ids.hash, ids.masked)
        print(memory[ids.pedersen_ptr.address_ - 1] == ids.hash)
        ids.bitwise_ptr.x = 5
        memory[ids.bitwise_ptr.address_ + 1] = 3
        print(memory.get(ids.bitwise_ptr.address_ + 2))
    %}
    assert [output_ptr] = bitwise_ptr.x_and_y;
    assert [output_ptr + 1] = bitwise_ptr.x_xor_y;
    assert [output_ptr + 2] = bitwise_ptr.x_or_y;
    %{ print(memory[ids.bitwise_ptr.address_ + 2], ids.bitwise_ptr.x_or_y) %}
    let bitwise_ptr = bitwise_ptr + BitwiseBuiltin.SIZE;
    let output_ptr = output_ptr + 3;
    return ();
}

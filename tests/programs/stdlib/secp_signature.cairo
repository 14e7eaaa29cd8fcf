%builtins output range_check bitwise
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_keccak.keccak import finalize_keccak
from starkware.cairo.common.cairo_secp.bigint import uint256_to_bigint
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.cairo_secp.ec_point import EcPoint
from starkware.cairo.common.cairo_secp.signature import (
    div_mod_n,
    get_point_from_x,
    public_key_point_to_eth_address,
    recover_public_key,
    validate_signature_entry,
    verify_eth_signature_uint256,
)
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256

// Recovery of public keys and checks of Ethereum signatures.
func main{output_ptr: felt*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local keccak_ptr_start: felt*) = alloc();
    let keccak_ptr = keccak_ptr_start;
    %{ print(program_input["comment"]) %}
    local hash: Uint256;
    local r: Uint256;
    local s: Uint256;
    local v;
    local address;
    %{
        def split(name, target):
            number = int(program_input[name], 16)
            target.low, target.high = number % 2**128, number >> 128

        split("hash", ids.hash)
        split("r", ids.r)
        split("s", ids.s)
        ids.v = program_input["v"]
        ids.address = int(program_input["address"], 16)
    %}
    let (big_r) = uint256_to_bigint(r);
    let (big_s) = uint256_to_bigint(s);
    let (big_hash) = uint256_to_bigint(hash);
    validate_signature_entry(big_r);
    let (quotient) = div_mod_n(big_s, big_r);
    serialize_word(quotient.d0);
    let (point) = recover_public_key(big_hash, big_r, big_s, v);
    let (recovered) = public_key_point_to_eth_address{keccak_ptr=keccak_ptr}(point);
    assert recovered = address;
    verify_eth_signature_uint256{keccak_ptr=keccak_ptr}(hash, r, s, v, address);
    let (lifted) = get_point_from_x(big_r, v);
    finalize_keccak(keccak_ptr_start, keccak_ptr);
    serialize_word(recovered);
    serialize_word(lifted.y.d0);
    return ();
}

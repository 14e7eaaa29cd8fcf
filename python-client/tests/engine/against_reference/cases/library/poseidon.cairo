%builtins output pedersen range_check ec_op poseidon
from starkware.cairo.common.cairo_builtins import HashBuiltin, PoseidonBuiltin, EcOpBuiltin
from starkware.cairo.common.builtin_poseidon.poseidon import poseidon_hash, poseidon_hash_many
from starkware.cairo.common.ec import ec_add, ec_double, ec_op, chained_ec_op, recover_y
from starkware.cairo.common.ec_point import EcPoint
from starkware.cairo.common.serialize import serialize_word, serialize_array
from starkware.cairo.common.hash_chain import hash_chain
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.signature import check_ecdsa_signature

func main{
    output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr, ec_op_ptr: EcOpBuiltin*,
    poseidon_ptr: PoseidonBuiltin*
}() {
    alloc_locals;
    let (local data: felt*) = alloc();
    assert data[0] = 3;
    assert data[1] = 2;
    assert data[2] = 1;
    assert data[3] = 8;
    let (h) = poseidon_hash(1, 2);
    let (many) = poseidon_hash_many(4, data);
    let (chain) = hash_chain{hash_ptr=pedersen_ptr}(data);
    serialize_word(h);
    serialize_word(many);
    serialize_word(chain);
    let (point) = recover_y(1);
    let (ok) = check_ecdsa_signature(5, point.x, 7, 9);
    serialize_word(point.y);
    serialize_word(ok);
    return ();
}

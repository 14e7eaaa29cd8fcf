// A contract of old: counts for each caller, tells, and asks another of its kind to count.
%lang starknet
%builtins pedersen range_check

from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.math import assert_nn_le
from starkware.starknet.common.syscalls import (
    get_block_number,
    get_caller_address,
    get_contract_address,
    get_tx_info,
)
from starkware.starknet.common.messages import send_message_to_l1
from starkware.cairo.common.alloc import alloc

@storage_var
func count(who: felt) -> (value: felt) {
}

@storage_var
func largest() -> (value: felt) {
}

@event
func counted(who: felt, by: felt, now: felt) {
}

@contract_interface
namespace Counter {
    func increase(by: felt) -> (now: felt) {
    }
    func refuse(why: felt) {
    }
}

@constructor
func constructor{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(most: felt) {
    largest.write(most);
    return ();
}

@external
func increase{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(by: felt) -> (
    now: felt
) {
    alloc_locals;
    let (most) = largest.read();
    with_attr error_message("by too much") {
        assert_nn_le(by, most);
    }
    let (who) = get_caller_address();
    let (before) = count.read(who);
    local now = before + by;
    count.write(who, now);
    counted.emit(who=who, by=by, now=now);
    return (now=now);
}

@external
func increase_other{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(
    other: felt, by: felt
) -> (now: felt, here: felt) {
    alloc_locals;
    let (now) = Counter.increase(contract_address=other, by=by);
    let (again) = Counter.increase(contract_address=other, by=by);
    let (here) = get_contract_address();
    count.write(other, again);
    return (now=again, here=here);
}

@external
func refuse{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(why: felt) {
    with_attr error_message("refused") {
        assert why = 0;
    }
    return ();
}

@external
func refuse_other{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(
    other: felt, why: felt
) {
    Counter.refuse(contract_address=other, why=why);
    return ();
}

@external
func tell{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(
    to: felt, words_len: felt, words: felt*
) -> (block: felt, version: felt, signatures: felt) {
    alloc_locals;
    send_message_to_l1(to_address=to, payload_size=words_len, payload=words);
    let (block) = get_block_number();
    let (info) = get_tx_info();
    return (block=block, version=info.version, signatures=info.signature_len);
}

@external
func loop{syscall_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}(n: felt) {
    if (n == 0) {
        return ();
    }
    return loop(n - 1);
}

// The program that `placement/kernel.cairo` loads and calls: an account that asks its kernel for storage.
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.math import assert_le, assert_nn, split_felt, unsigned_div_rem
from starkware.cairo.common.memcpy import memcpy

const READ = 1;
const WRITE = 2;

struct Request {
    kind: felt,
    key: felt,
    value: felt,
    result: felt,
}

func storage_read{syscall_ptr: Request*}(key: felt) -> (value: felt) {
    assert syscall_ptr.kind = READ;
    assert syscall_ptr.key = key;
    assert syscall_ptr.value = 0;
    %{ syscall_handler.storage_read(memory, ids.syscall_ptr.address_) %}
    let value = syscall_ptr.result;
    let syscall_ptr = syscall_ptr + Request.SIZE;
    return (value=value);
}

func storage_write{syscall_ptr: Request*}(key: felt, value: felt) {
    assert syscall_ptr.kind = WRITE;
    assert syscall_ptr.key = key;
    assert syscall_ptr.value = value;
    %{ syscall_handler.storage_write(memory, ids.syscall_ptr.address_) %}
    assert syscall_ptr.result = 0;
    let syscall_ptr = syscall_ptr + Request.SIZE;
    return ();
}

// The fee of a transfer: a part of the amount, rounded up, at least 1.
func fee_of{range_check_ptr}(amount: felt) -> (fee: felt) {
    alloc_locals;
    local fee;
    %{
        quotient, remainder = divmod(ids.amount, 16)
        ids.fee = max(quotient + (1 if remainder else 0), 1)
    %}
    assert_le(amount, fee * 16);
    assert_nn(fee - 1);
    return (fee=fee);
}

func digest_of_words{range_check_ptr}(words: felt*, count: felt, digest: felt) -> (digest: felt) {
    alloc_locals;
    if (count == 0) {
        return (digest=digest);
    }
    let (high, low) = split_felt([words] + digest);
    let (quotient, remainder) = unsigned_div_rem(low, 1 + count);
    local next;
    %{ ids.next = (ids.quotient ^ ids.remainder) & ((1 << 100) - 1) %}
    assert_nn(next);
    return digest_of_words(words=words + 1, count=count - 1, digest=next + high - high);
}

// Moves an amount from one balance to another; the arguments are also hashed, as a transaction would be.
func transfer{syscall_ptr: Request*, range_check_ptr}(
    sender: felt, receiver: felt, amount: felt, data_len: felt, data: felt*
) -> (digest: felt) {
    alloc_locals;
    let (fee) = fee_of(amount);
    let (before) = storage_read(sender);
    assert_le(amount + fee, before);
    storage_write(sender, before - amount - fee);
    let (before) = storage_read(receiver);
    storage_write(receiver, before + amount);
    let (local copy: felt*) = alloc();
    memcpy(copy, data, data_len);
    let (digest) = digest_of_words(copy, data_len, amount);
    return (digest=digest);
}

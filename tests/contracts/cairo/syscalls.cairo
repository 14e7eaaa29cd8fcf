// Calls the token of the example contracts from three sides in turn: hints that call contracts, hints in Python, and
// the syscalls of StarkNet's library. They share one world.

%builtins output

from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.registers import get_fp_and_pc
from starkware.starknet.common.syscalls import (
    call_contract,
    emit_event,
    get_caller_address,
    storage_read,
    storage_write,
)

// `sc:token`, and what StarkNet makes of the name `balanceOf`.
const TOKEN = 0x746f6b656e5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f;
const BALANCE_OF = 0x2e4263afad30923c891518314c3c95dbe830a16874e8abc5777a9a20b54c76e;

func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local me = 'somebody';
    %{
        # lang: contract
        use "../token/scenarios/token.scen.json"
        caller "address:owner"
        token.transfer(ids.me, 1000)
        caller ids.me
    %}

    local before;
    local status;
    local length;
    %{
        def balance_of(who):
            [balance] = syscall_handler.call_contract("sc:token", "balanceOf", [who])
            return int.from_bytes(balance, "big")

        ids.before = balance_of(ids.me)
        syscall_handler.call_contract("sc:token", "transfer", ["address:alice", 300])
        try:
            syscall_handler.call_contract("sc:token", "transfer", ["address:alice", 2000])
        except syscall_handler.CallFailed as error:
            ids.status = error.status
            ids.length = len(error.message)
        syscall_handler.storage_write(key="str:note", value=7)
        syscall_handler.emit_event(["str:noted"], [7])
    %}

    local after;
    %{
        # lang: contract
        ids.after = token.balanceOf(ids.me)
        token.transfer("address:bob", 50)
    %}

    let (syscall_ptr) = alloc();
    with syscall_ptr {
        let (caller) = get_caller_address();
        let (note) = storage_read('note');
        storage_write('note', note + 1);
        let (size, result) = call_contract(TOKEN, BALANCE_OF, 1, &me);
        emit_event(1, new ('noted'), 1, new (8));
    }
    %{ assert syscall_handler.storage_read(key="str:note") == b"\x08" %}

    assert [output_ptr] = before;
    assert [output_ptr + 1] = status;
    assert [output_ptr + 2] = length;
    assert [output_ptr + 3] = after;
    assert [output_ptr + 4] = caller;
    assert [output_ptr + 5] = note;
    assert [output_ptr + 6] = size;
    assert [output_ptr + 7] = result[0];
    let output_ptr = output_ptr + 8;
    return ();
}

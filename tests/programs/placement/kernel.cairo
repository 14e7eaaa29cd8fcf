%builtins output pedersen range_check
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.dict import dict_new, dict_read, dict_squash, dict_update
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.math import assert_nn
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.patricia import patricia_update

const HEIGHT = 5;

struct Request {
    kind: felt,
    key: felt,
    value: felt,
    result: felt,
}

struct Transaction {
    sender: felt,
    receiver: felt,
    amount: felt,
    data_len: felt,
    data: felt*,
}

struct Message {
    number: felt,
    digest: felt,
}

// What an operating system does: it loads the code of an account, runs transactions through it in scopes of their own,
// answers its requests through a handler, carries the changes of storage from a dictionary into a tree, and writes
// messages into a segment that becomes a part of the output.
func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    alloc_locals;
    local transfer: felt*;
    local messages: Message*;
    local count;
    %{
        import hashlib
        import json
        from decimal import Decimal

        from starkware.cairo.lang.compiler.program import Program

        class SyscallHandler:
            def __init__(self, balances):
                self.storage = dict(balances)
                self.log = hashlib.sha256()
                self.served = 0
                self.fees = Decimal(0)

            def charge(self, fee):
                self.fees += fee

            def storage_read(self, cells, request):
                cells[request + 3] = self.storage.get(cells[request + 1], 0)
                self.served += 1

            def storage_write(self, cells, request):
                where, amount = cells[request + 1], cells[request + 2]
                self.storage[where] = amount
                self.log.update(f"{where}:{amount};".encode())
                self.served += 1

        with open("placement/kernel_contract.json") as source:
            contract = Program.load(data=json.load(source))
        code_base = segments.add()
        segments.load_data(code_base, contract.data)
        vm_load_program(contract, code_base)
        ids.transfer = code_base + contract.get_label("transfer")
        balances = {account: 1000 + 7 * account for account in range(1, 24)}
        syscall_handler = SyscallHandler(balances)
    %}
    %{
        ids.messages = segments.add_temp_segment()
        ids.count = 24
    %}
    %{ initial_dict = {account: balances.get(account, 0) for account in range(1, 31)} %}
    let (state: DictAccess*) = dict_new();
    local state_start: DictAccess* = state;
    let (local requests: Request*) = new_requests();
    run_transactions{state=state, syscall_ptr=requests}(transfer, messages, 0, count);

    // The changes, one for each account, and the tree of them.
    let (squashed, squashed_end) = dict_squash(state_start, state);
    local squashed: DictAccess* = squashed;
    local accounts = (squashed_end - squashed) / DictAccess.SIZE;
    local root_before;
    local root_after;
    %{
        from starkware.cairo.common.patricia_utils import compute_patricia_from_leaves_for_test, hash_node
        from starkware.crypto.signature.fast_pedersen_hash import pedersen_hash as hash_function

        def tree_of(values):
            leaves = [values.get(place, 0) for place in range(2 ** ids.HEIGHT)]
            root, known, nodes = compute_patricia_from_leaves_for_test(leaves, hash_function)
            hashes = {place: hash_node(node, hash_function) for place, node in nodes.items()}
            # The function of the tests returns edges only; a traversal needs the binary nodes too.
            for (level, index), node in nodes.items():
                if level > 0 and node[0] == 0 and node[2] != 0:
                    left, right = ((level - 1, 2 * index + side) for side in (0, 1))
                    known[node[2]] = (hashes[left], hashes[right])
            return root, known

        ids.root_before, preimage = tree_of(balances)
        ids.root_after, preimage_after = tree_of(syscall_handler.storage)
        preimage.update(preimage_after)
        __patricia_skip_validation_runner = None
        # What the account was told is what the dictionary says.
        changed = {account: amount for account, amount in syscall_handler.storage.items()
                   if balances.get(account, 0) != amount}
        print(len(changed), ids.accounts, syscall_handler.served)
        print(syscall_handler.log.hexdigest(), syscall_handler.fees)
    %}
    patricia_update{hash_ptr=pedersen_ptr}(
        update_ptr=squashed, n_updates=accounts, height=HEIGHT, prev_root=root_before,
        new_root=root_after
    );

    // The output: both roots, then the messages, which are moved here.
    assert output_ptr[0] = root_before;
    assert output_ptr[1] = root_after;
    let output_ptr = output_ptr + 2;
    %{ memory.add_relocation_rule(src_ptr=ids.messages.address_, dest_ptr=ids.output_ptr) %}
    assert messages = cast(output_ptr, Message*);
    let output_ptr = output_ptr + count * Message.SIZE;
    return ();
}

func new_requests() -> (requests: Request*) {
    %{ memory[ap] = segments.add() %}
    ap += 1;
    return (requests=cast([ap - 1], Request*));
}

func run_transactions{
    state: DictAccess*, syscall_ptr: Request*, range_check_ptr
}(transfer: felt*, messages: Message*, number: felt, count: felt) {
    alloc_locals;
    if (number == count) {
        return ();
    }
    local transaction: Transaction*;
    %{
        ids.transaction = segments.add()
        number = ids.number
        sender = 1 + (number * number + 3) % 23
        receiver = 1 + (number * 5 + sender) % 29
        words = [number * 1000 + place for place in range(4 + number % 5)]
        if receiver == sender:
            receiver = 30
        segments.write_arg(
            ids.transaction.address_, [sender, receiver, 10 + 3 * number, len(words), words])
        vm_enter_scope({'syscall_handler': syscall_handler, 'Decimal': Decimal, 'fee_divisor': 16})
    %}
    // The call, as the account's code wants it.
    local syscall_start: Request* = syscall_ptr;
    let sender = transaction.sender;
    let receiver = transaction.receiver;
    let data_len = transaction.data_len;
    tempvar syscall_ptr = syscall_ptr;
    tempvar range_check_ptr = range_check_ptr;
    tempvar sender = transaction.sender;
    tempvar receiver = transaction.receiver;
    tempvar amount = transaction.amount;
    tempvar data_len = transaction.data_len;
    tempvar data = transaction.data;
    call abs transfer;
    let syscall_ptr = cast([ap - 3], Request*);
    let range_check_ptr = [ap - 2];
    let digest = [ap - 1];
    local syscall_ptr: Request* = syscall_ptr;
    local range_check_ptr = range_check_ptr;
    local digest = digest;
    %{
        served = (ids.syscall_ptr.address_ - ids.syscall_start.address_) // ids.Request.SIZE
        syscall_handler.charge(Decimal(served) / fee_divisor)
        vm_exit_scope()
    %}
    // Every request that changed something goes into the dictionary.
    apply_requests(syscall_start, (syscall_ptr - syscall_start) / Request.SIZE);
    assert [messages] = Message(number=number, digest=digest);
    return run_transactions(
        transfer=transfer, messages=messages + Message.SIZE, number=number + 1, count=count
    );
}

func apply_requests{state: DictAccess*, range_check_ptr}(requests: Request*, count: felt) {
    alloc_locals;
    if (count == 0) {
        return ();
    }
    let (value) = dict_read{dict_ptr=state}(requests.key);
    if (requests.kind == 1) {
        assert value = requests.result;
        tempvar state = state;
        tempvar range_check_ptr = range_check_ptr;
    } else {
        dict_update{dict_ptr=state}(requests.key, value, requests.value);
        assert_nn(requests.value);
        tempvar state = state;
        tempvar range_check_ptr = range_check_ptr;
    }
    return apply_requests(requests + Request.SIZE, count - 1);
}

// Hints in three languages in turn, beside hints of the standard library. `sums` is a module with `plus`.

%builtins output

from starkware.cairo.common.alloc import alloc

func rounds{output_ptr: felt*}(n, total) -> (total: felt) {
    alloc_locals;
    if (n == 0) {
        return (total=total);
    }
    let (squares: felt*) = alloc();
    assert squares[0] = n * n;
    local next;
    %{
        # lang: wasm
        ids.next = sums.plus(ids.total, ids.n)
    %}
    local balance;
    %{
        # lang: contract
        use "../token/scenarios/token.scen.json"
        caller "address:owner"
        token.transfer("address:alice", ids.next)
        ids.balance = token.balanceOf("address:alice")
    %}
    local both;
    %{
        trail.append(ids.balance)
        [balance] = syscall_handler.call_contract("sc:token", "balanceOf", ["address:alice"])
        syscall_handler.call_contract("sc:token", "transfer", ["address:alice", len(trail)])
        ids.both = sum(trail) + int.from_bytes(balance, "big") + memory[ids.squares]
    %}
    assert [output_ptr] = next;
    assert [output_ptr + 1] = balance;
    assert [output_ptr + 2] = both;
    let output_ptr = output_ptr + 3;
    return rounds(n=n - 1, total=next);
}

func main{output_ptr: felt*}() {
    %{ trail = [] %}
    rounds(n=3, total=10);
    return ();
}

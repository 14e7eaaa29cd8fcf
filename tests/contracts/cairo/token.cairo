// Calls the token and the router of the example contracts from hints.

%builtins output

from starkware.cairo.common.uint256 import Uint256

func main{output_ptr: felt*}() {
    alloc_locals;
    local ok;
    local amount: Uint256 = Uint256(1000, 0);
    local supply: Uint256;
    local balance;
    %{
        # lang: contract
        use "../token/scenarios/token.scen.json"
        caller "address:owner"

        ids.ok = token.transfer("address:alice", ids.amount)   # a struct for a `BigUint`
        ids.supply = token.totalSupply()
        ids.balance = token.balanceOf("address:alice")
    %}
    assert ok = 1;
    assert [output_ptr] = ok;
    assert [output_ptr + 1] = supply.low;
    assert [output_ptr + 2] = supply.high;
    assert [output_ptr + 3] = balance;

    // A felt is an address of 32 bytes and a number; what failed is a status and a message.
    local to = 'somebody';
    local ok_again;
    local status;
    local text: felt*;
    local length;
    local left;
    tempvar many = 2000;
    %{
        # lang: contract
        caller "address:alice"
        ids.ok_again = token.transfer(ids.to, 400)
        ids.status, ids.text, ids.length = try token.transfer(ids.to, ids.many)
        ids.left = token.balanceOf(ids.to)
    %}
    assert ok_again = 1;
    assert [output_ptr + 4] = status;
    assert [output_ptr + 5] = left;
    assert [output_ptr + 6] = length;
    assert [output_ptr + 7] = text[0];
    let output_ptr = output_ptr + 8;
    %{ assert ids.status == 4 and ids.left == 400 %}
    return ();
}

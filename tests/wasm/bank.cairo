// A bank that is a WebAssembly module, called from hints; what it says is printed by a hint in Python.
%builtins output

func say(text: felt*, length: felt) {
    %{ print("".join(map(chr, memory.get_range(ids.text, ids.length)))) %}
    return ();
}

func greet(output_ptr: felt*) {
    alloc_locals;
    local text: felt*;
    local length: felt;
    %{
        # lang: wasm
        bank.add_account(101, "Alice", 1.0, 1000.0)
        bank.add_account(102, "Bob", 1.0, 1500.0)
        bank.add_account(103, "Charlie", 2.0, 500.0)
        ids.text, ids.length = bank.custom_greet("Alice")
    %}
    say(text, length);
    return ();
}

func change(account: felt) {
    alloc_locals;
    local text: felt*;
    local length: felt;
    %{
        # lang: wasm
        ids.text, ids.length = bank.modify_balance(ids.account, 250.0)
    %}
    say(text, length);
    return ();
}

func take(account: felt) {
    alloc_locals;
    local text: felt*;
    local length: felt;
    %{
        # lang: wasm
        ids.text, ids.length = bank.modify_balance(ids.account, -750.0)
    %}
    say(text, length);
    return ();
}

func ask(account: felt) {
    alloc_locals;
    local text: felt*;
    local length: felt;
    %{
        # lang: wasm
        ids.text, ids.length = bank.get_balance(ids.account)
    %}
    say(text, length);
    return ();
}

func main(output_ptr: felt*) -> (output_ptr: felt*) {
    alloc_locals;
    greet(output_ptr);
    change(101);
    take(102);
    ask(101);
    ask(102);
    ask(103);
    ask(104);
    local sum;
    local difference;
    %{
        # lang: wasm
        ids.sum = bank.plus(5, 3)
        ids.difference = bank.minus(ids.sum, 10)
    %}
    assert output_ptr[0] = sum;
    assert output_ptr[1] = difference;
    assert difference = -2;
    return (output_ptr=output_ptr + 2);
}

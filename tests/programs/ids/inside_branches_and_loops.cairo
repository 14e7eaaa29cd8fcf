%builtins output

// References in branches and loops, where a name has a value per path and per round.
func main{output_ptr: felt*}() {
    alloc_locals;
    local n = 3;
    tempvar i = 0;
    tempvar sum = 0;

    loop:
    tempvar next = i + 1;
    let doubled = 2 * i;
    %{ print("round", ids.i, ids.sum, ids.next, ids.doubled) %}
    tempvar previous_sum = sum;
    tempvar i = next;
    tempvar sum = previous_sum + next;
    tempvar left = n - i;
    tempvar i = i;
    tempvar sum = sum;
    jmp loop if left != 0;

    assert [output_ptr] = sum;
    if (n == 3) {
        tempvar branch = 1;
        %{ print("then", ids.branch, ids.n) %}
        assert branch = 1;
    } else {
        tempvar branch = 2;
        %{ print("else", ids.branch) %}
        assert branch = 2;
    }
    %{ print("after", ids.branch) %}
    let output_ptr = output_ptr + 1;
    return ();
}

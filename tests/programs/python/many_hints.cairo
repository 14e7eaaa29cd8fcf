%builtins output

// A hint in a loop: state in Python, values in Cairo.
func main{output_ptr: felt*}() {
    alloc_locals;
    local n;
    %{
        ids.n = 50
        history = []
    %}
    let (sum) = loop(n, 0);
    %{ print(len(history), sum(history), history[:3]) %}
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}

func loop(n: felt, sum: felt) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=sum);
    }
    local step;
    %{
        history.append(ids.n)
        ids.step = ids.n * 2 if ids.n % 2 else ids.n
    %}
    return loop(n - 1, sum + step);
}

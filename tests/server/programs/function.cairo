// Functions to be called from outside, with and without implicit arguments.
%builtins output range_check

struct Point {
    x: felt,
    y: felt,
}

func add{range_check_ptr}(a: felt, b: felt) -> (sum: felt) {
    assert [range_check_ptr] = a;
    let range_check_ptr = range_check_ptr + 1;
    return (sum=a + b);
}

func dot(left: Point*, right: Point*) -> (product: felt) {
    return (product=left.x * right.x + left.y * right.y);
}

func outside() {
    %{ memory[pc + 1000] = 5 %}
    return ();
}

func main{output_ptr: felt*, range_check_ptr}() {
    let (sum) = add(2, 3);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}

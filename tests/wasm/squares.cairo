// A module that reaches the VM by itself: it reads an array, and leaves the squares in a new segment.
%builtins output

func main(output_ptr: felt*) -> (output_ptr: felt*) {
    alloc_locals;
    local values: felt* = new (1, 2, -3, 2 ** 200);
    local count = 4;
    local squares: felt*;
    local sum;
    %{
        # lang: wasm
        squares.square_all()
    %}
    assert squares[0] = 1;
    assert squares[1] = 4;
    assert squares[2] = 9;
    assert squares[3] = 2 ** 200 * 2 ** 200;
    assert sum = 14 + 2 ** 200 * 2 ** 200;
    assert output_ptr[0] = squares[2];
    return (output_ptr=output_ptr + 1);
}

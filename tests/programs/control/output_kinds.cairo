%builtins output

// Values as the output shows them: negative, large, pointers.
func main{output_ptr: felt*}() {
    assert [output_ptr] = -1;
    assert [output_ptr + 1] = 2 ** 251 + 17 * 2 ** 192;
    assert [output_ptr + 2] = (-1) / 2;
    assert [output_ptr + 3] = 0;
    assert [output_ptr + 4] = 2 ** 250;
    let output_ptr = output_ptr + 5;
    return ();
}

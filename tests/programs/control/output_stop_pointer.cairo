%builtins output

// The pointer that is returned does not match what was written.
func main{output_ptr: felt*}() {
    assert [output_ptr] = 1;
    assert [output_ptr + 1] = 2;
    let output_ptr = output_ptr + 1;
    return ();
}

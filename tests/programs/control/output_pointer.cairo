%builtins output

// A pointer in the output.
func main{output_ptr: felt*}() {
    assert [output_ptr] = cast(output_ptr + 5, felt);
    let output_ptr = output_ptr + 1;
    return ();
}

%builtins range_check output

// Builtins in an order that the layout does not have.
func main{range_check_ptr, output_ptr: felt*}() {
    ap += 1;
    return ();
}

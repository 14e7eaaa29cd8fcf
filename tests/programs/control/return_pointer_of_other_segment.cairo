%builtins output range_check

// The returned builtin pointers are mixed up.
func main{output_ptr: felt*, range_check_ptr}() {
    let other = range_check_ptr;
    let range_check_ptr = cast(output_ptr, felt);
    let output_ptr = cast(other, felt*);
    return ();
}

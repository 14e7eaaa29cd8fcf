%builtins range_check

// A hint that writes a value out of range into the range check segment fails at the statement.
func main{range_check_ptr}() {
    %{ memory[ids.range_check_ptr] = 2**128 %}
    let range_check_ptr = range_check_ptr + 1;
    return ();
}

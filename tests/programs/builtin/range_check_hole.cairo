%builtins range_check

// A hole in a builtin segment is found by the security checks at the end.
func main{range_check_ptr}() {
    %{ memory[ids.range_check_ptr + 1] = 5 %}
    let range_check_ptr = range_check_ptr + 2;
    return ();
}

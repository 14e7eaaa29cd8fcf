%builtins range_check
// A value that is not in range.
func main{range_check_ptr}() {
    %{ memory[ids.range_check_ptr + 3] = -1 %}
    let range_check_ptr = range_check_ptr + 1;
    return ();
}

%builtins range_check
// An address is not in range.
func main{range_check_ptr}() {
    %{ memory[ids.range_check_ptr] = ap %}
    let range_check_ptr = range_check_ptr + 1;
    return ();
}

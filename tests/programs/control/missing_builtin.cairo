%builtins output pedersen range_check bitwise

// A builtin that the layout lacks.
func main{output_ptr: felt*, pedersen_ptr: felt*, range_check_ptr, bitwise_ptr: felt*}() {
    %{ print(sorted(builtin_runners)) %}
    ap += 1;
    return ();
}

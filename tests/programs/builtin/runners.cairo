%builtins output pedersen range_check ecdsa bitwise ec_op
from probe import finish_probe, start_probe

// `builtin_runners` and the names of the single builtins.
func main{
    output_ptr: felt*, pedersen_ptr: felt*, range_check_ptr, ecdsa_ptr: felt*, bitwise_ptr: felt*, ec_op_ptr: felt*
}() {
    start_probe();
    %{
        show("names", lambda: list(builtin_runners))
        show("same objects", lambda: all(globals()[name] is runner for name, runner in builtin_runners.items()))
        show("absent", lambda: builtin_runners["keccak_builtin"])
        show("absent name", lambda: keccak_builtin)
        show("bases", lambda: [str(builtin_runners[name].base) for name in builtin_runners])
        show("base of ids", lambda: (range_check_builtin.base == ids.range_check_ptr, output_builtin.base == ids.output_ptr))
        show("included", lambda: [runner.included for runner in builtin_runners.values()])
        show("type", lambda: type(builtin_runners).__name__)
    %}
    finish_probe();
    return ();
}

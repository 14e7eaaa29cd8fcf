%builtins output pedersen range_check bitwise ec_op keccak poseidon
// What is the same for every builtin.
func main{
    output_ptr, pedersen_ptr, range_check_ptr, bitwise_ptr, ec_op_ptr, keccak_ptr, poseidon_ptr
}() {
    %{
        for name, runner in builtin_runners.items():
            print(name, runner.base, runner.included, type(runner).__name__, globals()[name] is runner)
            if name != 'output_builtin':
                print(runner.name, runner.ratio, runner.cells_per_instance, runner.n_input_cells)
            print(runner.initial_stack(), runner.get_additional_data())
        print(pedersen_builtin.hash_func(1, 2), pedersen_builtin.verified_addresses)
    %}
    [ap] = output_ptr, ap++;
    [ap] = pedersen_ptr, ap++;
    [ap] = range_check_ptr, ap++;
    [ap] = bitwise_ptr, ap++;
    [ap] = ec_op_ptr, ap++;
    [ap] = keccak_ptr, ap++;
    [ap] = poseidon_ptr, ap++;
    ret;
}

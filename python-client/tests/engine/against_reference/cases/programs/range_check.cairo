%builtins output range_check
// The range check builtin as hints see it.
func main{output_ptr: felt*, range_check_ptr}() {
    %{
        r = range_check_builtin
        print(r.bound == 2**128, r.inner_rc_bound, r.n_parts, r.base, r.included, r.name, r.stop_ptr)
        print(r.cells_per_instance, r.n_input_cells, r.instances_per_component, r.ratio_den)
        print(builtin_runners['range_check_builtin'] is r, sorted(builtin_runners))
        from starkware.cairo.lang.builtins.range_check.range_check_builtin_runner import RangeCheckBuiltinRunner
        print(isinstance(r, RangeCheckBuiltinRunner), isinstance(output_builtin, RangeCheckBuiltinRunner))
        memory[ids.range_check_ptr] = 2**128 - 1
        memory[ids.range_check_ptr] = 2**128 - 1
        for value in (ap, 2**128):
            try:
                segments.load_data(ids.range_check_ptr + 5, [1])
                memory[ids.range_check_ptr + 5] = 2
            except Exception as e:
                print(type(e), e)
    %}
    assert [range_check_ptr + 1] = 5;
    assert [output_ptr] = 17;
    let output_ptr = output_ptr + 1;
    let range_check_ptr = range_check_ptr + 6;
    assert [range_check_ptr - 2] = 1;
    assert [range_check_ptr - 3] = 1;
    assert [range_check_ptr - 4] = 1;
    return ();
}

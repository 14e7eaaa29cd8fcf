%builtins output

// Several rules of one segment: the first one with a value wins; relocatable values may be deduced.
func main{output_ptr: felt*}() {
    alloc_locals;
    local cells: felt*;
    %{
        ids.cells = cells = segments.add()
        target = segments.gen_arg([77])
        vm_add_auto_deduction_rule(cells.segment_index, lambda vm, address: 10 if address.offset == 0 else None)
        vm_add_auto_deduction_rule(cells.segment_index, lambda vm, address: 10 if address.offset == 0 else None)
        vm_add_auto_deduction_rule(cells.segment_index, lambda vm, address, p: p if address.offset == 1 else None, target)
    %}
    tempvar x = [cells];
    tempvar p = [cells + 1];
    assert [output_ptr] = x;
    assert [output_ptr + 1] = [cast(p, felt*)];
    let output_ptr = output_ptr + 2;
    return ();
}

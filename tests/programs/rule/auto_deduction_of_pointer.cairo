// A pointer that an instruction follows must be there: no rule is asked for it.
func main() {
    alloc_locals;
    local pointer: felt*;
    %{
        target = segments.gen_arg([5])
        vm_add_auto_deduction_rule(fp.segment_index, lambda vm, address: target)
    %}
    tempvar x = [pointer];
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// Rules may enter and leave scopes; hints after them run there.
func main{output_ptr: felt*}() {
    alloc_locals;
    local cells: felt*;
    start_probe();
    %{
        ids.cells = segments.add()
        enter, leave = vm_enter_scope, vm_exit_scope

        def rule(vm, address):
            if address.offset == 0:
                enter({"inside": 5, "say": say, "show": show})
            elif address.offset == 1:
                leave()
            return address.offset

        vm_add_auto_deduction_rule(ids.cells.segment_index, rule)
        inside = 4
    %}
    tempvar x = [cells];
    %{ say("inside", inside) %}
    tempvar x = [cells + 1];
    %{ say("inside", inside) %}
    finish_probe();
    return ();
}

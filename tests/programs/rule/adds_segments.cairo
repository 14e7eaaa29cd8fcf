%builtins output
from probe import finish_probe, start_probe

// Rules may add segments and write cells, as hints may; what comes after them sees both.
func main{output_ptr: felt*}() {
    alloc_locals;
    local cells: felt*;
    local checked: felt*;
    local later: felt*;
    start_probe();
    %{
        own_segments = segments
        ids.cells = cells = segments.add()
        ids.checked = checked = segments.add()

        known = {}

        def fresh(vm, address):
            if address.offset >= 10 or address in known:
                return known.get(address)
            pointer = known[address] = own_segments.add()
            temporary = own_segments.add_temp_segment()
            vm.validated_memory[pointer] = -address.offset
            own_segments.memory[pointer + 1] = own_segments.gen_arg([7, [8, 9]])
            own_segments.memory[temporary] = pointer
            own_segments.memory[cells + 10 + address.offset] = temporary
            print("rule", address, pointer, temporary)
            return pointer

        def copies(memory, address):
            pointer = own_segments.add(size=3)
            memory[checked + 20 + address.offset] = pointer
            print("checks", address, pointer)
            return {address}

        vm_add_auto_deduction_rule(cells.segment_index, fresh)
        vm_add_validation_rule(checked.segment_index, copies)
        print(segments.add())
    %}
    tempvar first = [cast(cells, felt**)];
    assert first[0] = 0;
    tempvar list = cast(first[1], felt*);
    assert list[0] = 7;
    let inner = cast(list[1], felt*);
    assert [output_ptr] = inner[0] * inner[1];
    let output_ptr = output_ptr + 1;
    tempvar second = [cast(cells + 3, felt**)];
    assert second[0] = -3;
    assert checked[0] = 5;
    assert checked[1] = 6;
    %{
        ids.later = segments.add()
        say("later", (str(ids.later), str(segments.add_temp_segment())))
        say("cells", sorted((str(cell), str(memory[cell])) for cell in memory if cell.segment_index >= cells.segment_index))
        for index in range(2):
            temporary = memory[cells + 10 + 3 * index]
            memory.add_relocation_rule(temporary, segments.add())
        say("moved", str(memory[cells + 13]))
    %}
    assert later[0] = 4;
    finish_probe();
    return ();
}

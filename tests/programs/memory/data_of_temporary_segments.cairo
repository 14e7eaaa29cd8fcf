%builtins output
from probe import finish_probe, start_probe

// Hints that look at all of memory find the cells that Cairo code wrote into temporary segments.
func main{output_ptr: felt*}() {
    alloc_locals;
    local temporary: felt*;
    local other: felt*;
    start_probe();
    %{
        ids.temporary = segments.add_temp_segment()
        ids.other = segments.add_temp_segment()
        memory[ids.other + 100] = 1
    %}
    assert temporary[3] = 5;
    assert temporary[700] = 6;
    assert other[0] = 7;
    %{
        cells = [cell for cell in memory if cell.segment_index < 0]
        say("cells", sorted((str(cell), memory[cell]) for cell in cells))
        memory.add_relocation_rule(ids.temporary, segments.add())
        memory.add_relocation_rule(ids.other, segments.add())
    %}
    finish_probe();
    return ();
}

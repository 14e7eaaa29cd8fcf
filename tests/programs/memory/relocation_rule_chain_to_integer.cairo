%builtins output
from probe import finish_probe, start_probe

// Values that move to an integer keep their offsets, whoever wrote them and whenever; arithmetic with
// them is that of numbers.
func main{output_ptr: felt*}() {
    alloc_locals;
    local inner: felt*;
    local outer: felt*;
    local late;
    start_probe();
    %{
        inner = segments.add_temp_segment()
        outer = segments.add_temp_segment()
        ids.inner = inner + 3
        ids.outer = outer + 1
    %}
    tempvar copy = inner + 4;
    %{ memory.add_relocation_rule(inner, outer + 10) %}
    assert copy = outer + 16;
    tempvar second = copy + 1;
    %{ say("between", (str(ids.inner), str(ids.copy), str(ids.second))) %}
    %{ memory.add_relocation_rule(outer, 1000) %}
    %{
        say("after", (ids.inner, ids.outer, ids.copy, ids.second))
        memory[ap] = inner + 2
        ids.late = outer + 7
        say("late", (memory[ap], ids.late, memory.get_range(ap, 1)))
    %}
    [ap] = 1012, ap++;
    assert late = 1007;
    assert cast(copy, felt) = 1017;
    assert cast(second, felt) = 1018;
    assert [output_ptr] = cast(copy, felt) * 2;
    assert [output_ptr + 1] = cast(inner, felt) * cast(outer, felt);
    let output_ptr = output_ptr + 2;
    finish_probe();
    return ();
}

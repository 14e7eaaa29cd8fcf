%builtins output
from probe import finish_probe, start_probe

// Three temporary segments, one inside of the other, whose rules come in every order.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        from itertools import permutations

        orders = list(permutations(range(3)))
    %}
    follow(index=0);
    finish_probe();
    return ();
}

func follow(index) {
    alloc_locals;
    if (index == 6) {
        return ();
    }
    local first: felt*;
    local second: felt*;
    local third: felt*;
    local real: felt*;
    %{
        ids.first = segments.add_temp_segment()
        ids.second = segments.add_temp_segment()
        ids.third = segments.add_temp_segment()
        ids.real = segments.add()
        rules = [(ids.first, ids.second + 1), (ids.second, ids.third + 2), (ids.third, ids.real + 3)]
        order = orders[ids.index]
        memory[ids.first] = ids.third + 1
        memory[ids.second] = ids.first + 1
        memory[ids.third] = ids.second + 1

        def look(ids, memory):
            say("order", (order, [str(x) for x in (ids.first, ids.second, ids.third)]))
            say("cells", [str(memory[rule[0]]) for rule in rules])

        look(ids, memory)
    %}
    tempvar copy = first + 5;
    %{
        memory.add_relocation_rule(*rules[order[0]])
        look(ids, memory)
    %}
    tempvar copy = copy + 0;
    assert copy = first + 5;
    %{
        memory.add_relocation_rule(*rules[order[1]])
        look(ids, memory)
    %}
    tempvar copy = copy + 0;
    assert copy = first + 5;
    %{
        memory.add_relocation_rule(*rules[order[2]])
        look(ids, memory)
    %}
    assert copy = real + 11;
    assert first = real + 6;
    assert second = real + 5;
    assert third = real + 3;
    assert first[2] = 7;
    return follow(index=index + 1);
}

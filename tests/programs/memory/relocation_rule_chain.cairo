%builtins output

// One temporary segment moves into another one, which moves into a real one.
func main{output_ptr: felt*}() {
    alloc_locals;
    local first: felt*;
    local second: felt*;
    %{
        ids.first = segments.add_temp_segment()
        ids.second = segments.add_temp_segment()
        print(ids.first, ids.second)
        memory[ids.first] = 11
        memory[ids.second + 1] = 22
        source = ids.first
        memory.add_relocation_rule(source, ids.second + 2)
        print(ids.first)
        memory.add_relocation_rule(ids.second, ids.output_ptr)
        print(ids.first == ids.output_ptr + 2, ids.second == ids.output_ptr)
        memory[ids.output_ptr] = 33
    %}
    assert first = output_ptr + 2;
    let output_ptr = first + 1;
    return ();
}

// Temporary segments that live longer than a hint.
func main() {
    alloc_locals;
    local t: felt*;
    local d: felt*;
    %{
        ids.t = segments.add_temp_segment()
        ids.d = segments.add()
        memory[ids.t + 2] = 9
    %}
    assert t[0] = 5;
    assert t[1] = cast(t + 3, felt);
    %{
        print(ids.t, memory[ids.t + 1])
        memory.add_relocation_rule(ids.t, ids.d + 1)
        print(ids.t, memory[fp + 0])
    %}
    [ap] = 1, ap++;
    %{
        print(ids.t, memory.get(ids.d + 1), memory.data[fp])
        u = segments.add_temp_segment()
        memory[ap + 9] = u
        memory.add_relocation_rule(u, segments.add())
        print(memory[ap + 9], segments.n_temp_segments)
    %}
    [ap] = 2, ap++;
    ret;
}

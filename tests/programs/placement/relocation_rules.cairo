%builtins output

struct Pair {
    first: felt,
    second: felt*,
}

// Relocation rules that hints in Rust add, and what hints on both sides then read.
func main{output_ptr: felt*}() {
    alloc_locals;
    local pair: Pair*;
    local inner: felt*;
    local far: felt*;
    local seen;
    %{
        ids.pair = segments.add_temp_segment()
        ids.inner = segments.add_temp_segment()
        ids.far = segments.add_temp_segment()
    %}
    assert [pair] = Pair(first=1, second=inner);
    assert inner[0] = 10;
    assert inner[1] = cast(far, felt);
    assert far[2] = 30;
    // Python knows the addresses as they are now.
    %{
        before = [str(ids.pair.address_), str(ids.pair.second), str(memory[ids.inner + 1])]
        print(before, 0.5j)
    %}
    local room: felt*;
    %{
        ids.room = segments.add()
        room = ids.room
        memory.add_relocation_rule(src_ptr=ids.inner, dest_ptr=room + 4)
    %}
    // The same variable and cell before and after, on both sides.
    %{ ids.seen = 1 if ids.inner == room + 4 else 0 %}
    assert seen = 1;
    %{ print(ids.pair.second, ids.inner, memory[ids.pair.address_ + 1], 0.5j) %}
    assert inner = room + 4;
    // A rule that leads into a segment that gets its own rule in the same hint.
    %{
        memory.add_relocation_rule(src_ptr=ids.far, dest_ptr=ids.pair.address_ + 7)
        memory.add_relocation_rule(ids.pair.address_, room + 40)
    %}
    %{ print(ids.far, ids.pair.address_, 0.5j) %}
    local last;
    %{ ids.last = (ids.far - room) * 100 + (ids.inner - room) %}
    assert last = 4704;
    // What the cell has, as it was written and as it is read.
    %{ memory[room + 60] = ids.far %}
    %{
        try:
            memory[room + 60] = room + 47
            print('the same')
        except Exception as error:
            print(type(error).__name__)
    %}
    %{
        try:
            memory.add_relocation_rule(src_ptr=segments.add_temp_segment() + 1, dest_ptr=room)
        except AssertionError as error:
            print(error)
    %}
    assert [output_ptr] = last;
    let output_ptr = output_ptr + 1;
    return ();
}

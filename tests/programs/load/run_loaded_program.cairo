%builtins output

const VALUE = 1;

struct Point {
    x: felt,
    y: felt,
}

// A hint loads another compiled program with its hints, and Cairo code calls into it.
func main{output_ptr: felt*}() {
    alloc_locals;
    local base: felt*;
    local entry: felt*;
    local second: felt*;
    %{
        import json
        from starkware.cairo.lang.compiler.program import Program

        with open("load/inner.json") as source:
            inner = Program.load(data=json.load(source))
        base = segments.add()
        segments.load_data(base, inner.data)
        vm_load_program(inner, base)
        calls = 0
        ids.base = base
        ids.entry = base + inner.get_label("entry")
        print("outer", ids.VALUE, ids.Point.x, len(inner.hints))
    %}
    tempvar argument = 4;
    call abs entry;
    assert [output_ptr] = [ap - 1];
    %{ print("back", ids.VALUE, ids.Point.x, calls) %}
    tempvar argument = 5;
    call abs entry;
    assert [output_ptr + 1] = [ap - 1];
    %{
        print("again", calls)
        # The same program once more, in another segment.
        base = segments.add()
        segments.load_data(base, inner.data)
        vm_load_program(inner, base)
        ids.second = base + inner.get_label("entry")
    %}
    tempvar argument = 6;
    call abs second;
    assert [output_ptr + 2] = [ap - 1];
    let output_ptr = output_ptr + 3;
    return ();
}

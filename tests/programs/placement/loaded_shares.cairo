%builtins output

// A loaded program whose hints share variables with those of the program that loads it, whichever side each is on.
func main{output_ptr: felt*}() {
    alloc_locals;
    local entry: felt*;
    local sum;
    %{
        given = 3
        many = [given, given + 1]
        unseen = 'main'
    %}
    %{
        early = {1: 0.5j}
        later = 11
    %}
    %{
        import json
        from starkware.cairo.lang.compiler.program import Program

        with open("placement/loaded_shares_inner.json") as source:
            inner = Program.load(data=json.load(source))
        base = segments.add()
        segments.load_data(base, inner.data)
        vm_load_program(inner, base)
        ids.entry = base + inner.get_label("entry")
    %}
    tempvar number = 1;
    call abs entry;
    %{ ids.sum = given + total %}
    %{ print(given, total, many, unseen, later, early[1]) %}
    tempvar number = 2;
    call abs entry;
    %{ print(given, total, many, unseen, later, total / 4) %}
    assert [output_ptr] = [ap - 1];
    assert [output_ptr + 1] = sum;
    let output_ptr = output_ptr + 2;
    return ();
}

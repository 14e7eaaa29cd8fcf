// An error inside a loaded program: locations and error messages of that program.
func main() {
    alloc_locals;
    local entry: felt*;
    %{
        import json
        from starkware.cairo.lang.compiler.program import Program

        with open("load/inner.json") as source:
            inner = Program.load(data=json.load(source))
        base = segments.add()
        segments.load_data(base, inner.data)
        vm_load_program(program=inner, program_base=base)
        calls = 0
        ids.entry = base + inner.get_label("entry")
    %}
    with_attr error_message("outer main") {
        tempvar argument = -7;
        call abs entry;
    }
    return ();
}

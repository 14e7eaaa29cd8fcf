// A program with a syntax error is refused when it is loaded.
func main() {
    %{
        import json
        from starkware.cairo.lang.compiler.program import Program

        with open("error/syntax_error.json") as source:
            inner = Program.load(data=json.load(source))
        print("loading")
        vm_load_program(inner, segments.add())
    %}
    return ();
}

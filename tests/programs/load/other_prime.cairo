// A program of another field cannot be loaded.
func main() {
    %{
        import dataclasses, json
        from starkware.cairo.lang.compiler.program import Program

        with open("load/inner.json") as source:
            inner = Program.load(data=json.load(source))
        try:
            vm_load_program(dataclasses.replace(inner, prime=17), segments.add())
        except AssertionError as error:
            print(error)
    %}
    return ();
}

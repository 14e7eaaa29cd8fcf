// A loaded program whose hint does not compile.
func main() {
    %{
        from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
        from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
        source = """
        func main() {
            [ap] = 1, ap++;
            <
                x = 1
                y = (
            >
            [ap] = 2, ap++;
            ret;
        }
        """.replace('<', '%' + '{').replace('>', '%' + '}')
        program = compile_cairo([(source, 'inner.cairo')], DEFAULT_PRIME, debug_info=True)
        try:
            vm_load_program(program.stripped(), segments.add())
        except Exception as e:
            print(type(e), e)
        import dataclasses
        try:
            vm_load_program(dataclasses.replace(program, prime=7), segments.add())
        except AssertionError as e:
            print(type(e), e)
        vm_load_program(program, segments.add())
    %}
    [ap] = 1, ap++;
    ret;
}

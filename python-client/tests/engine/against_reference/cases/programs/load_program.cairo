// A program that a hint compiles and loads, with hints and constants of its own.
from starkware.cairo.common.alloc import alloc
const SHARED = 1;
func main() {
    alloc_locals;
    local base: felt*;
    local entry: felt*;
    %{
        from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
        from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
        source = """
        const SHARED = 2;
        struct S {
            a: felt,
            b: felt,
        }
        func calculate(x) -> (y: felt) {
            alloc_locals;
            local y;
            <ids.y = ids.x * ids.SHARED; print('inner', ids.S.b, ids.calculate.Args.SIZE, ids.x, pc.offset)>
            <print('second', inner_variable, ids._context.identifiers.root is not None, current_step)>
            return (y=y);
        }
        func main() {
            calculate(1);
            ret;
        }
        """.replace('<', '%' + '{').replace('>', '%' + '}').replace('-%' + '}', '->')
        program = compile_cairo([(source, 'inner.cairo')], DEFAULT_PRIME, debug_info=True)
        ids.base = segments.load_data(segments.add(), program.data) - len(program.data)
        ids.entry = ids.base + program.get_label('calculate')
        vm_load_program(program, ids.base)
        print(segments.n_segments)
        inner_variable = 3
    %}
    [ap] = 21, ap++;
    call abs entry;
    %{ print(memory[ap - 1], ids.SHARED); vm_load_program(program=program, program_base=segments.add()) %}
    [ap] = 22, ap++;
    ret;
}

%builtins output
from probe import finish_probe, start_probe

// `gen_typed_args` flattens a typed named tuple.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        from collections import namedtuple
        from starkware.cairo.lang.compiler.ast.cairo_types import TypeFelt, TypePointer, TypeStruct

        Inner = namedtuple("Inner", "a b")
        Inner.__annotations__ = {"a": TypeFelt, "b": TypePointer}
        Outer = namedtuple("Outer", "x inner")
        Outer.__annotations__ = {"x": TypeFelt, "inner": TypeStruct}
        arguments = segments.gen_typed_args(Outer(-1, Inner(2, [3, 4])))
        say("flat", (arguments[0] == PRIME - 1, arguments[1]))
        say("pointer", memory.get_range(arguments[2], 2))
        Outer.__annotations__ = {"x": int, "inner": TypeStruct}
        show("bad type", lambda: segments.gen_typed_args(Outer(1, 2)))
    %}
    finish_probe();
    return ();
}

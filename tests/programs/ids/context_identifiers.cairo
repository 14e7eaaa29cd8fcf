%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

// System programs reach the identifiers through `ids._context`.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        from starkware.cairo.lang.compiler.identifier_utils import get_struct_definition
        from starkware.cairo.lang.compiler.scoped_name import ScopedName

        definition = get_struct_definition(
            struct_name=ScopedName.from_string("__main__.Point"),
            identifier_manager=ids._context.identifiers,
        )
        show("size", lambda: definition.size)
        show("members", lambda: [(name, member.offset) for name, member in definition.members.items()])
    %}
    finish_probe();
    return ();
}

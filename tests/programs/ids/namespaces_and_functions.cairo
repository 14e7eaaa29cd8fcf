%builtins output
from probe import finish_probe, start_probe

namespace Outer {
    const A = 1;

    func work(x: felt) -> felt {
        const B = 2;
        %{ print("in Outer.work:", ids.x, ids.A, ids.B, ids.Outer.A, ids.work.B) %}
        return x + A;
    }
}

func helper(y: felt) -> (z: felt) {
    alloc_locals;
    local inside = y;
    return (z=inside);
}

// Scopes as attributes: namespaces, functions, modules; the path in the error texts.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 1;
    let (y) = helper(5);
    let z = Outer.work(6);
    assert z = 7;
    start_probe();
    %{
        show("namespace", lambda: ids.Outer.A)
        show("function constant", lambda: ids.Outer.work.B)
        show("function struct", lambda: ids.helper.Args.SIZE)
        show("function return", lambda: ids.helper.Return.SIZE)
        show("unknown", lambda: ids.nothing)
        show("in namespace", lambda: ids.Outer.nothing)
        show("in function", lambda: ids.Outer.work.nothing)
        show("argument of another function", lambda: ids.helper.y)
        show("local of another function", lambda: ids.helper.inside)
        show("own local through function", lambda: ids.main.x)
        show("hasattr", lambda: hasattr(ids, "nothing"))
        show("getattr default", lambda: getattr(ids, "nothing", 3))
        show("private", lambda: ids.__nothing)
        show("private hasattr", lambda: hasattr(ids, "__nothing"))
        show("probe", lambda: type(ids.start_probe).__name__)
    %}
    finish_probe();
    return ();
}

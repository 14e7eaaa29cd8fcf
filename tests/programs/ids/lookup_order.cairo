%builtins output
from probe import finish_probe, start_probe

const SHADOWED = 1;
const OUTER = 2;

struct Pair {
    a: felt,
}

namespace Space {
    const SHADOWED = 10;

    struct Pair {
        a: felt,
        b: felt,
    }

    namespace Deep {
        const SHADOWED = 100;
    }

    func inside() {
        const SHADOWED = 1000;
        %{ print(ids.SHADOWED, ids.Space.SHADOWED, ids.OUTER, ids.Pair.SIZE, ids.Deep.SHADOWED) %}
        return ();
    }

    func beside() {
        %{ print(ids.SHADOWED, ids.OUTER, ids.Pair.SIZE, ids.inside.SHADOWED) %}
        return ();
    }
}

// A name is looked up in the innermost scope first, then outward.
func main{output_ptr: felt*}() {
    alloc_locals;
    local Space_like = 5;
    local OUTER_LIKE = 6;
    Space.inside();
    Space.beside();
    start_probe();
    %{
        show("outermost", lambda: (ids.SHADOWED, ids.Pair.SIZE))
        show("path", lambda: (ids.Space.SHADOWED, ids.Space.Deep.SHADOWED, ids.Space.Pair.SIZE))
        show("not outward through a path", lambda: ids.Space.OUTER)
        show("not into a path", lambda: ids.Deep)
        show("module name", lambda: ids.__main__)
        show("function of a path", lambda: ids.Space.inside.SHADOWED)
        show("local", lambda: (ids.Space_like, ids.OUTER_LIKE))
        show("dots", lambda: getattr(ids, "Space.Deep.SHADOWED"))
    %}
    finish_probe();
    return ();
}

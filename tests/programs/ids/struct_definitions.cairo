%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

struct Wide {
    first: felt,
    middle: Point,
    last: (felt, Point),
}

struct Empty {
}

namespace Space {
    struct Inner {
        a: felt,
        b: Point*,
    }
}

// Struct definitions in hints: SIZE and offsets of members.
func main{output_ptr: felt*}() {
    alloc_locals;
    local point: Point;
    local wide: Wide;
    start_probe();
    %{
        show("size", lambda: ids.Point.SIZE)
        show("wide size", lambda: ids.Wide.SIZE)
        show("empty size", lambda: ids.Empty.SIZE)
        show("inner size", lambda: ids.Space.Inner.SIZE)
        show("offsets", lambda: (ids.Wide.first, ids.Wide.middle, ids.Wide.last))
        show("inner offsets", lambda: (ids.Space.Inner.a, ids.Space.Inner.b))
        show("unknown", lambda: ids.Point.z)
        show("private", lambda: ids.Point.__nothing)
        show("type of struct", lambda: ids.point.type_.SIZE)
        show("type equal", lambda: (ids.point.type_ == ids.Point, ids.wide.type_ == ids.Point, ids.Point == 3))
        show("nested type", lambda: ids.wide.middle.type_ == ids.Point)
        show("type offset", lambda: ids.wide.type_.middle)
        show("main arguments", lambda: ids.main.Args.SIZE)
        show("implicit arguments", lambda: (ids.main.ImplicitArgs.SIZE, ids.main.ImplicitArgs.output_ptr))
        show("size of locals", lambda: ids.main.SIZEOF_LOCALS)
        show("call", lambda: ids.Point(1, 2))
    %}
    finish_probe();
    return ();
}

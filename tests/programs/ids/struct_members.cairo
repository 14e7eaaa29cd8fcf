%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

struct Point {
    x: felt,
    y: felt,
}

struct Segment {
    from_: Point,
    to: Point*,
    label: felt,
    raw: felt*,
    points: Point**,
    next: Segment*,
}

// Members of structs: felts, nested structs, pointers to structs, pointers.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local end: Point = Point(30, 40);
    local to_end: Point* = &end;
    local segment: Segment = Segment(
        from_=Point(10, 20), to=&end, label=7, raw=&end.y, points=&to_end, next=cast(0, Segment*)
    );
    local pointer: Segment* = &segment;
    local node: Segment = Segment(
        from_=Point(1, 2), to=&end, label=8, raw=&end.y, points=&to_end, next=&segment
    );
    start_probe();
    %{
        show("felt", lambda: ids.segment.label)
        show("nested", lambda: (ids.segment.from_.x, ids.segment.from_.y))
        show("nested address", lambda: ids.segment.from_.address_ == ids.segment.address_)
        show("pointer member", lambda: (ids.segment.to.x, ids.segment.to.y))
        show("pointer address", lambda: ids.segment.to.address_ == ids.end.address_)
        show("felt pointer", lambda: memory[ids.segment.raw])
        show("pointer to pointer", lambda: memory[ids.segment.points] == ids.end.address_)
        show("through pointer", lambda: ids.pointer.to.y)
        show("same address", lambda: ids.pointer.address_ == ids.segment.address_)
        show("list", lambda: ids.node.next.from_.x)
        show("null", lambda: ids.node.next.next.address_)
        show("null member", lambda: ids.node.next.next.label)
        show("null nested", lambda: ids.node.next.next.to)
        show("unknown", lambda: ids.segment.nothing)
        show("unknown nested", lambda: ids.segment.to.z)
        show("private", lambda: ids.segment.__nothing)
        show("dynamic", lambda: [getattr(ids.end, name) for name in "xy"])
        show("hasattr", lambda: hasattr(ids.end, "z"))
        show("underscores", lambda: hasattr(ids.end, "__len__"))
    %}
    finish_probe();
    return ();
}

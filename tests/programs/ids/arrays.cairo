%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

// Indexing pointers to structs; a negative index reaches below.
func main{output_ptr: felt*}() {
    alloc_locals;
    local points: Point*;
    local end: Point*;
    local start_index = 1;
    start_probe();
    %{
        ids.points = segments.add()
        for index in range(3):
            ids.points[index].x = 10 * index
            ids.points[index].y = 10 * index + 1
        ids.end = ids.points.address_ + 3 * ids.Point.SIZE
        show("items", lambda: [(ids.points[i].x, ids.points[i].y) for i in range(3)])
        show("negative", lambda: (ids.end[-1].x, ids.end[-3].y))
        show("twice", lambda: ids.points[1][1].x)
        show("address", lambda: ids.points[2].address_ - ids.points.address_)
        show("missing", lambda: ids.points[3].x)
        show("missing itself", lambda: ids.points[3].address_ == ids.end.address_)
        show("below", lambda: ids.points[-1].x)
        show("felt index", lambda: ids.points[ids.start_index].y)
        show("bool index", lambda: ids.points[True].y)
        show("huge index", lambda: ids.points[2**70].address_.offset)
        show("bad index", lambda: ids.points["a"])
        show("slice", lambda: type(ids.points[0:2]).__name__)
        show("length", lambda: len(ids.points))
        show("type", lambda: type(ids.points[0]) is type(ids.points))
        iterator = iter(ids.points)
        show("iteration", lambda: [next(iterator).x for _ in range(3)])
        show("felt pointer", lambda: ids.output_ptr[0])
    %}
    assert points[2].y = 21;
    finish_probe();
    return ();
}

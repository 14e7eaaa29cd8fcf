%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

struct Point {
    x: felt,
    y: felt,
}

struct Wide {
    first: Point,
    second: Point,
}

// A cast decides what a hint sees.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local wide: Wide = Wide(Point(1, 2), Point(3, 4));
    local plain: felt* = cast(&wide, felt*);
    let as_wide = cast(plain, Wide*);
    let as_point = cast(plain + 2, Point*);
    let as_felt = cast(plain, felt);
    let as_value = [cast(plain + 1, Point*)];
    let null = cast(0, Point*);
    let number = cast(77, felt*);
    let twice = cast(cast(plain, Point*), Wide*);
    start_probe();
    %{
        show("struct pointer", lambda: (ids.as_wide.first.x, ids.as_wide.second.y))
        show("middle", lambda: (ids.as_point.x, ids.as_point.y))
        show("felt", lambda: ids.as_felt == ids.plain)
        show("value", lambda: (ids.as_value.x, ids.as_value.y))
        show("null", lambda: ids.null.address_)
        show("null index", lambda: ids.null[3].address_)
        show("number", lambda: ids.number)
        show("twice", lambda: ids.twice.second.x)
        show("null member", lambda: ids.null.x)
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

// A struct reference is no value: it cannot be written, converted or iterated.
func main{output_ptr: felt*}() {
    alloc_locals;
    local point: Point = Point(1, 2);
    local target;
    start_probe();
    %{
        free = segments.add()
        show("write", lambda: memory.__setitem__(free, ids.point))
        show("set", lambda: setattr(ids, "target", ids.point))
        try:
            to_felt_or_relocatable(ids.point)
        except TypeError:
            say("convert", "TypeError")
        show("gen_arg", lambda: segments.gen_arg(ids.point).address_ == fp)
        show("write_arg", lambda: segments.write_arg(free, [ids.point]))
        try:
            ids.point + 1
        except TypeError:
            say("add", "TypeError")
        show("as address", lambda: memory[ids.point.address_])
        show("as key", lambda: memory.get(ids.point, 3))
        show("equality", lambda: ids.point == ids.point)
        show("truth", lambda: bool(ids.point))
        show("set address", lambda: setattr(ids.point, "address_", 3))
        show("address unchanged", lambda: ids.point.address_ == fp)
        show("set type", lambda: setattr(ids.point, "type_", 3))
        show("names", lambda: type(ids).__name__ and [type(o).__name__ for o in (ids, ids.point, ids.Point, ids.main)])
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

func pair() -> (a: felt, b: felt) {
    return (a=5, b=6);
}

func point() -> (p: Point) {
    return (p=Point(8, 9));
}

// Tuples have no address for hints; members of struct expressions do not need one.
func main{output_ptr: felt*}() {
    alloc_locals;
    local unnamed: (felt, felt) = (1, 2);
    local named: (a: felt, b: Point) = (a=3, b=Point(4, 5));
    start_probe();
    let result = pair();
    let (a, b) = pair();
    let struct_value = Point(1, 2);
    let (returned) = point();
    let tuple_value = (1, 2);
    %{
        show("tuple", lambda: ids.unnamed)
        show("named tuple", lambda: ids.named)
        show("unpacked", lambda: (ids.a, ids.b))
        show("returned struct", lambda: (ids.returned.x, ids.returned.y))
        show("struct value", lambda: ids.struct_value)
        show("tuple value", lambda: ids.tuple_value)
        show("returned tuple", lambda: ids.result)
        show("set tuple", lambda: setattr(ids, "unnamed", 1))
        show("set struct value", lambda: setattr(ids, "struct_value", 1))
        show("set tuple value", lambda: setattr(ids, "tuple_value", 1))
    %}
    finish_probe();
    return ();
}

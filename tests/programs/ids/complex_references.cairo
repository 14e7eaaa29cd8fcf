%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

struct Point {
    x: felt,
    y: felt,
}

// References are expressions: sums, differences, products, quotients, dereferences.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local x = 7;
    local y = 3;
    local point: Point = Point(100, 200);
    local table: felt* = &point.x;
    local pointers: Point* = &point;
    let difference = x - y;
    let product = x * y + 2;
    let nested = (x + y) * (x - y) - 2 * x;
    let quotient = x / y;
    let inverse = 1 / y;
    let negated = -x;
    let item = table[x - 6];
    let second = [table + x - 6];
    let member = pointers.y;
    let moved = pointers[y - 3];
    let moved_pointer: Point* = pointers + Point.SIZE - 2;
    let address = &pointers.y;
    let deep = [cast([cast(&table, felt**)], felt*) + 1];
    let power = 2 ** 10 + x;
    let three = x + y + point.x;
    start_probe();
    %{
        show("difference", lambda: ids.difference)
        show("product", lambda: ids.product)
        show("nested", lambda: ids.nested)
        show("quotient", lambda: ids.quotient * 3 % PRIME)
        show("inverse", lambda: ids.inverse * 3 % PRIME)
        show("negated", lambda: ids.negated - PRIME)
        show("item", lambda: ids.item)
        show("second", lambda: ids.second)
        show("member", lambda: ids.member)
        show("moved", lambda: (ids.moved.x, ids.moved.y))
        show("moved pointer", lambda: (ids.moved_pointer.x, ids.moved_pointer.address_ == ids.pointers.address_))
        show("address", lambda: ids.address - ids.pointers.address_)
        show("deep", lambda: ids.deep)
        show("power", lambda: ids.power)
        show("three terms", lambda: ids.three)
        show("set item", lambda: setattr(ids, "item", 200))
        show("set item conflict", lambda: setattr(ids, "item", 201))
        show("set product", lambda: setattr(ids, "product", 23))
        show("set member", lambda: setattr(ids, "member", 200))
        show("set moved", lambda: setattr(ids.moved, "x", 101))
    %}
    finish_probe();
    return ();
}

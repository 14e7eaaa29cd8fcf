// Error messages with references that cannot be shown: based on ap, not simple, members, pointers.
struct Point {
    x: felt,
    y: felt,
}

func fail(p: Point*, big: felt, unset_holder: felt*) {
    alloc_locals;
    local point: Point = Point(7, -8);
    local unset;
    tempvar temporary = 5;
    let product = point.x * 2;
    let sum = point.x + big;
    with_attr error_message(
            "{p} {p.x} {point.x} {point.y} {point} {big} {unset} {temporary} {product} {sum} {} {a b}") {
        assert 1 = 2;
    }
    return ();
}

func main() {
    fail(cast(0, Point*), 2 ** 250, cast(0, felt*));
    return ();
}

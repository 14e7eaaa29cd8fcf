// A hint asks for a member that does not exist.
struct Point {
    x: felt,
    y: felt,
}

func main() {
    alloc_locals;
    local point: Point = Point(1, 2);
    %{ point = ids.point; point.z %}
    ap += 1;
    return ();
}

from starkware.cairo.common.registers import get_fp_and_pc

// Fifty thousand hints that follow pointers through structs.
struct Point {
    x: felt,
    y: felt,
}
struct Node {
    value: felt,
    point: Point,
    next: Node*,
}
func walk(node: Node*, n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    local total;
    %{ ids.total = ids.node.value + ids.node.next.point.y + ids.node.next.next.point.x %}
    assert total = node.value + node.next.point.y + node.next.next.point.x;
    return walk(node=node.next, n=n - 1);
}
func main() {
    alloc_locals;
    local first: Node;
    local second: Node;
    local third: Node;
    let (__fp__, _) = get_fp_and_pc();
    assert first = Node(value=1, point=Point(x=2, y=3), next=&second);
    assert second = Node(value=4, point=Point(x=5, y=6), next=&third);
    assert third = Node(value=7, point=Point(x=8, y=9), next=&first);
    walk(node=&first, n=50000);
    return ();
}

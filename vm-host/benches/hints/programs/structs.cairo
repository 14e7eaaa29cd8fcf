from starkware.cairo.common.registers import get_fp_and_pc

struct Inner {
    a: felt,
    b: felt,
}

struct Node {
    value: felt,
    inner: Inner*,
    next: Node*,
}

// A hint that follows pointers from struct to struct.
func walk(node: Node*, n: felt) -> felt {
    alloc_locals;
    if (n == 0) {
        return 0;
    }
    local sum;
    local count;
    %{
        ids.sum = ids.node.value + ids.node.inner.b + ids.node.next.inner.a
        ids.count = sum(1 for name in ("a", "b") if getattr(ids.node.next.inner, name) > 1)
    %}
    assert sum = node.value + node.inner.b + node.next.inner.a;
    let rest = walk(node.next, n - 1);
    return rest + sum + count;
}

func main() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local last: Node;
    local first: Node;
    assert last = Node(1, new Inner(2, 3), &first);
    assert first = Node(4, new Inner(5, 6), &last);
    walk(&first, 20000);
    return ();
}


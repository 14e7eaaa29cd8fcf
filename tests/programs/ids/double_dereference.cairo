%builtins output
from probe import finish_probe, start_probe

struct Node {
    value: felt,
    next: Node*,
}

// References through several pointers, read and written.
func main{output_ptr: felt*}() {
    alloc_locals;
    local list: Node*;
    %{
        nodes = [segments.add() for _ in range(3)]
        ids.list = nodes[0]
        for i, node in enumerate(nodes):
            memory[node] = 10 * i
            if i < 2:
                memory[node + 1] = nodes[i + 1]
    %}
    start_probe();
    let third = list.next.next;
    let third_value = list.next.next.value;
    let open_end = list.next.next.next;
    %{
        show("third", lambda: ids.third.value)
        show("value", lambda: ids.third_value)
        show("open end", lambda: ids.open_end)
        show("set", lambda: setattr(ids, "open_end", ids.list.address_))
        show("set value", lambda: setattr(ids, "third_value", 21))
    %}
    assert third.next.value = 0;
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

struct Pair {
    first: Point,
    second: Point*,
    raw: felt*,
}

// Assigning members: felts, nested members, pointers; writing at the address of a struct member.
func main{output_ptr: felt*}() {
    alloc_locals;
    local pair: Pair;
    local pointer: Pair*;
    local other: Point;
    start_probe();
    %{
        ids.pair.first.x = -1
        ids.pair.first.y = 2
        target = segments.add()
        ids.pair.second = target
        ids.pair.second.x = 3
        ids.pair.second.y = 4
        ids.pair.raw = target + 1
        say("cells", memory.get_range(fp, 4) == [PRIME - 1, 2, target, target + 1])
        show("again", lambda: setattr(ids.pair.first, "y", 2))
        show("conflict", lambda: setattr(ids.pair.first, "y", 3))
        show("float", lambda: setattr(ids.other, "x", 1.5))
        ids.pointer = segments.add()
        ids.pointer.first.y = 8
        show("struct member by value", lambda: setattr(ids.pointer, "first", 7))
        show("is its first cell", lambda: ids.pointer.first.x)
        show("reference as value", lambda: setattr(ids.pointer, "second", ids.other))
        ids.pointer.second = ids.other.address_
        ids.pointer.second.x, ids.pointer.second.y = 5, 6
        show("unset pointer", lambda: ids.pointer.raw)
    %}
    assert pair.second.y = 4;
    assert pointer.first.y = 8;
    assert (other.x, other.y) = (5, 6);
    finish_probe();
    return ();
}

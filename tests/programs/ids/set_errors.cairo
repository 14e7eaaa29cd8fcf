%builtins output
from probe import finish_probe, start_probe

const SEVEN = 7;

struct Pair {
    a: felt,
    b: felt,
}

namespace Space {
    const EIGHT = 8;
}

func other() {
    return ();
}

// Everything that cannot be assigned, with the texts.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 4;
    local pair: Pair;
    local tuple_value: (felt, felt) = (1, 2);
    let sum = x + 1;
    let constant = 5;
    let address = fp;
    let casted: felt* = cast(x + 2, felt*);
    let alias = x;
    start_probe();
    %{
        def put(target, name, value):
            setattr(target, name, value)

        show("constant", lambda: put(ids, "SEVEN", 7))
        show("namespace constant", lambda: put(ids.Space, "EIGHT", 8))
        show("namespace", lambda: put(ids, "Space", 1))
        show("function", lambda: put(ids, "other", 1))
        show("struct", lambda: put(ids, "Pair", 1))
        show("struct size", lambda: put(ids.Pair, "SIZE", 2))
        show("struct offset", lambda: put(ids.Pair, "a", 2))
        show("sum", lambda: put(ids, "sum", 5))
        show("immediate", lambda: put(ids, "constant", 5))
        show("register", lambda: put(ids, "address", 5))
        show("cast", lambda: put(ids, "casted", 5))
        show("alias same", lambda: put(ids, "alias", 4))
        show("alias other", lambda: put(ids, "alias", 5))
        show("struct by value", lambda: put(ids, "pair", 5))
        show("tuple", lambda: put(ids, "tuple_value", 5))
        show("unknown", lambda: put(ids, "nothing", 5))
        show("unknown in namespace", lambda: put(ids.Space, "nothing", 5))
        show("unknown member", lambda: put(ids.pair, "c", 5))
        show("none", lambda: put(ids, "x", None))
        show("none member", lambda: put(ids.pair, "a", None))
        show("none to constant", lambda: put(ids, "SEVEN", None))
        show("private", lambda: put(ids, "__x", 5))
        show("function member", lambda: put(ids.other, "x", 5))
    %}
    other();
    finish_probe();
    return ();
}

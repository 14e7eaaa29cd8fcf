%builtins output
from probe import finish_probe, start_probe

struct Pair {
    a: felt,
    b: felt,
}

// Reading what has no value yet, and reading it again after it was written.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    local p: felt*;
    local pair: Pair;
    local to_pair: Pair*;
    start_probe();
    %{
        show("felt", lambda: ids.x)
        show("pointer", lambda: ids.p)
        show("struct", lambda: ids.pair.address_ - fp)
        show("member", lambda: ids.pair.a)
        show("struct pointer", lambda: ids.to_pair)
        try:
            ids.x
        except Exception as error:
            say("class", [base.__name__ for base in type(error).__mro__][:2])
        ids.x = 4
        ids.pair.b = 5
        show("written", lambda: (ids.x, ids.pair.b))
        show("other member", lambda: ids.pair.a)
    %}
    finish_probe();
    assert x + 1 = pair.b;
    return ();
}

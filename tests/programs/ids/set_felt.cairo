%builtins output
from probe import finish_probe, start_probe

// Assigning to `ids.x`: reduction, write-once, tuples of targets.
func main{output_ptr: felt*}() {
    alloc_locals;
    local a;
    local b;
    local c;
    local d;
    local e: felt*;
    local f;
    start_probe();
    %{
        ids.a = -1
        say("reduced", ids.a == PRIME - 1)
        ids.a = PRIME - 1
        show("again", lambda: setattr(ids, "a", 3))
        ids.b, ids.c = 5, 6
        (ids.d, _), other = (7, 8), 9
        ids.e = ids.output_ptr
        say("values", (ids.b, ids.c, ids.d, ids.e == ids.output_ptr))
        show("none", lambda: setattr(ids, "f", None))
        show("float", lambda: setattr(ids, "f", 1.5))
        show("list", lambda: setattr(ids, "f", [1]))
        show("unset after errors", lambda: ids.f)
        for ids.f in (True, 1):
            pass
        say("bool", ids.f)
        show("augmented", lambda: exec("ids.b += 1", globals()))
        try:
            del ids.b
        except AttributeError:
            say("delete", "AttributeError")
    %}
    assert a = -1;
    assert [e] = 10;
    let output_ptr = output_ptr + 1;
    finish_probe();
    return ();
}

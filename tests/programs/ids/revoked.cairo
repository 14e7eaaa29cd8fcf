%builtins output
from probe import finish_probe, start_probe

func recurse(n: felt) {
    if (n == 0) {
        return ();
    }
    return recurse(n - 1);
}

// A reference based on ap is lost where the change of ap is unknown.
func main{output_ptr: felt*}() {
    alloc_locals;
    local stays = 4;
    start_probe();
    tempvar x = 5;
    %{ show("fresh", lambda: ids.x) %}
    tempvar y = 6;
    %{ show("still known", lambda: (ids.x, ids.y)) %}
    recurse(2);
    %{
        show("revoked", lambda: ids.x)
        show("revoked set", lambda: setattr(ids, "x", 5))
        show("local", lambda: ids.stays)
        try:
            ids.x
        except Exception as error:
            say("class", type(error).__name__)
    %}
    tempvar x = 7;
    %{ show("rebound", lambda: ids.x) %}
    finish_probe();
    return ();
}

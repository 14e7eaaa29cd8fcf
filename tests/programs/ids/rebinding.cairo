%builtins output
from probe import finish_probe, start_probe

// A name bound again has the value of the last binding before the hint.
func main{output_ptr: felt*}() {
    alloc_locals;
    start_probe();
    let x = 1;
    %{ show("let", lambda: ids.x) %}
    ap += 1;
    let x = 2;
    %{ show("let again", lambda: ids.x) %}
    ap += 1;
    tempvar x = 3;
    %{ show("tempvar", lambda: ids.x) %}
    tempvar x = x + 1;
    %{ show("tempvar again", lambda: ids.x) %}
    let x = [ap - 2] * 10;
    %{ show("expression", lambda: ids.x) %}
    local x = 50;
    %{ show("local", lambda: ids.x) %}
    finish_probe();
    return ();
}

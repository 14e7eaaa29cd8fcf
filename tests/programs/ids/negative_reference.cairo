%builtins output
from probe import finish_probe, start_probe

const NEGATIVE = -5;

// A negative constant stays negative, a negative `let` is a felt.
func main{output_ptr: felt*}() {
    let minus = -1;
    let from_constant = NEGATIVE;
    let product = 3 * (-2);
    let positive = 12;
    start_probe();
    %{
        show("constant", lambda: ids.NEGATIVE)
        show("let", lambda: ids.minus == PRIME - 1)
        show("let constant", lambda: ids.from_constant == PRIME - 5)
        show("let product", lambda: ids.product == PRIME - 6)
        show("let positive", lambda: ids.positive)
    %}
    finish_probe();
    return ();
}

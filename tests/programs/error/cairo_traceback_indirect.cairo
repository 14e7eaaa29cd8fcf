from starkware.cairo.common.invoke import invoke
from starkware.cairo.common.registers import get_label_location

// A call through a pointer, and a call with an absolute address.
func callee(x: felt) {
    %{ raise ValueError("in the callee") %}
    return ();
}

func main() {
    alloc_locals;
    let (address) = get_label_location(callee);
    invoke(cast(address, felt*), 1, new (5,));
    return ();
}

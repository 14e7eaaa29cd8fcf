%builtins output
from probe import finish_probe, start_probe

struct Point {
    x: felt,
    y: felt,
}

// A null pointer to a struct has the address 0.
func main{output_ptr: felt*}() {
    alloc_locals;
    local null: Point* = cast(0, Point*);
    local number: Point* = cast(5, Point*);
    local zero = 0;
    start_probe();
    %{
        show("address", lambda: ids.null.address_)
        show("is null", lambda: ids.null.address_ == 0)
        show("number", lambda: ids.number.address_)
        show("index", lambda: ids.number[2].address_)
        show("member", lambda: ids.null.y)
        show("zero", lambda: ids.zero)
    %}
    finish_probe();
    return ();
}

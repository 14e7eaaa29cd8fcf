// Error messages of `with_attr`: nested ones, in callers, with values of references.
func inner(x: felt, y: felt*) {
    alloc_locals;
    local z = x - 10;
    with_attr error_message("x is {x}, z is {z}, y is {y}, unknown {nothing}, sum {x}{x}") {
        with_attr error_message("innermost") {
            %{ raise ValueError("in the hint") %}
            ap += 1;
        }
    }
    return ();
}

func outer(x: felt) {
    alloc_locals;
    local on_heap = 2 * x;
    with_attr error_message("called with {on_heap} and {x}") {
        inner(x + 1, cast(x, felt*));
    }
    with_attr error_message("not this one") {
        ap += 1;
    }
    return ();
}

func main() {
    with_attr error_message("in main") {
        outer(3);
    }
    return ();
}

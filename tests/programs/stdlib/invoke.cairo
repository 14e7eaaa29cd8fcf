%builtins output
from starkware.cairo.common.invoke import invoke
from starkware.cairo.common.registers import get_label_location
from starkware.cairo.common.serialize import serialize_word

func add(x: felt, y: felt) -> felt {
    %{ print(ids.x, ids.y) %}
    return x + y;
}

// `invoke` calls a function through a pointer.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (function) = get_label_location(add);
    invoke(function, 2, new (20, 22));
    let result = [cast(ap - 1, felt*)];
    serialize_word(result);
    return ();
}

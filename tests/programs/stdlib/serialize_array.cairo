%builtins output
from starkware.cairo.common.registers import get_label_location
from starkware.cairo.common.serialize import serialize_array, serialize_word

struct Pair {
    a: felt,
    b: felt,
}

func write_pair{output_ptr: felt*}(pair: Pair*) {
    serialize_word(pair.a * 10 + pair.b);
    return ();
}

// `serialize_array` with a callback.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (callback) = get_label_location(write_pair);
    serialize_array(array=new (1, 2, 3, 4), n_elms=2, elm_size=2, callback=callback);
    return ();
}

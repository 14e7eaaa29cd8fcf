%builtins output bitwise
from starkware.cairo.common.bitwise import (
    bitwise_and,
    bitwise_not,
    bitwise_operations,
    bitwise_or,
    bitwise_xor,
)
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.serialize import serialize_word

// Bitwise operations.
func main{output_ptr: felt*, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (a, b, c) = bitwise_operations(12, 10);
    assert (a, b, c) = (8, 6, 14);
    let (a) = bitwise_and(12, 10);
    let (b) = bitwise_or(12, 10);
    let (c) = bitwise_xor(12, 10);
    let (d) = bitwise_not(0);
    assert (a, b, c) = (8, 14, 6);
    serialize_word(d);
    return ();
}

%builtins output range_check96 add_mod mul_mod
from starkware.cairo.common.cairo_builtins import ModBuiltin, UInt384
from starkware.cairo.common.modulo import run_mod_p_circuit
from starkware.cairo.common.registers import get_label_location
from starkware.cairo.common.serialize import serialize_word

// A circuit over a prime of 384 bits, with both mod builtins.
func main{
    output_ptr: felt*, range_check96_ptr: felt*, add_mod_ptr: ModBuiltin*, mul_mod_ptr: ModBuiltin*
}() {
    alloc_locals;
    let values = cast(range_check96_ptr, UInt384*);
    assert values[0] = UInt384(d0=1, d1=2, d2=3, d3=4);
    assert values[1] = UInt384(d0=5, d1=6, d2=7, d3=8);
    let range_check96_ptr = range_check96_ptr + 24;
    let (add_offsets) = get_label_location(sums);
    let (mul_offsets) = get_label_location(products);
    run_mod_p_circuit(
        p=UInt384(
            d0=0xb9feffffffffaaab1eabfffe, d1=0x6730d2a0f6b0f624b153ffff, d2=0x4b1ba7b6434bacd764774b84, d3=0x1a0111ea397fe69a
        ),
        values_ptr=values,
        add_mod_offsets_ptr=cast(add_offsets, felt*),
        add_mod_n=2,
        mul_mod_offsets_ptr=cast(mul_offsets, felt*),
        mul_mod_n=2,
    );
    serialize_word(values[5].d0);
    serialize_word(values[5].d3);
    return ();

    // values[2] = values[0] + values[1]; values[0] + values[3] = values[1].
    sums:
    dw 0;
    dw 4;
    dw 8;
    dw 0;
    dw 12;
    dw 4;

    // values[4] = values[2] * values[3]; values[5] * values[0] = values[4].
    products:
    dw 8;
    dw 12;
    dw 16;
    dw 20;
    dw 0;
    dw 16;
}

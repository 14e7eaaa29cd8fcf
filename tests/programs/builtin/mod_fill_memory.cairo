%builtins output range_check96 add_mod mul_mod
from probe import finish_probe, start_probe
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import ModBuiltin, UInt384
from starkware.cairo.common.modulo import run_mod_p_circuit
from starkware.cairo.common.registers import get_label_location

// A circuit of the mod builtins: `fill_memory` computes what the program leaves open.
func main{
    output_ptr: felt*, range_check96_ptr: felt*, add_mod_ptr: ModBuiltin*, mul_mod_ptr: ModBuiltin*
}() {
    alloc_locals;
    start_probe();
    let p = UInt384(d0=7, d1=0, d2=0, d3=0);
    let values = cast(range_check96_ptr, UInt384*);
    assert values[0] = UInt384(d0=3, d1=0, d2=0, d3=0);
    assert values[1] = UInt384(d0=6, d1=0, d2=0, d3=0);
    %{
        show("batch", lambda: (builtin_runners["add_mod_builtin"].instance_def.batch_size, builtin_runners["mul_mod_builtin"].instance_def.batch_size))
        show("runner", lambda: type(builtin_runners["add_mod_builtin"]).__name__)
    %}
    let (add_offsets) = get_label_location(add_table);
    let (mul_offsets) = get_label_location(mul_table);
    let range_check96_ptr = range_check96_ptr + 16;
    run_mod_p_circuit(
        p=p,
        values_ptr=values,
        add_mod_offsets_ptr=cast(add_offsets, felt*),
        add_mod_n=1,
        mul_mod_offsets_ptr=cast(mul_offsets, felt*),
        mul_mod_n=1,
    );
    // 3 + 6 = 2 and 2 * 6 = 5 modulo 7.
    assert values[2] = UInt384(d0=2, d1=0, d2=0, d3=0);
    assert values[3] = UInt384(d0=5, d1=0, d2=0, d3=0);
    assert [output_ptr] = values[3].d0;
    let output_ptr = output_ptr + 1;
    finish_probe();
    return ();

    add_table:
    dw 0;
    dw 4;
    dw 8;

    mul_table:
    dw 8;
    dw 4;
    dw 12;
}

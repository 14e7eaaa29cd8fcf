%builtins range_check96 add_mod mul_mod
from starkware.cairo.common.cairo_builtins import ModBuiltin, UInt384
from starkware.cairo.common.modulo import run_mod_p_circuit
from starkware.cairo.common.registers import get_label_location, get_fp_and_pc
from starkware.cairo.common.alloc import alloc

func main{range_check96_ptr: felt*, add_mod_ptr: ModBuiltin*, mul_mod_ptr: ModBuiltin*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local p: UInt384 = UInt384(d0=1000003, d1=0, d2=0, d3=0);
    let (local add_offsets: felt*) = alloc();
    let (local mul_offsets: felt*) = alloc();
    let values = cast(range_check96_ptr, UInt384*);
    assert values[0] = UInt384(17, 0, 0, 0);
    assert values[1] = UInt384(999999, 0, 0, 0);
    // values[2] = values[0] + values[1]; values[3] = values[2] * values[1].
    assert add_offsets[0] = 0;
    assert add_offsets[1] = 4;
    assert add_offsets[2] = 8;
    assert mul_offsets[0] = 8;
    assert mul_offsets[1] = 4;
    assert mul_offsets[2] = 12;
    run_mod_p_circuit(
        p=p, values_ptr=values, add_mod_offsets_ptr=add_offsets, add_mod_n=1,
        mul_mod_offsets_ptr=mul_offsets, mul_mod_n=1);
    let range_check96_ptr = range_check96_ptr + 16;
    %{
        print(ids.values[2].d0, ids.values[3].d0)
        a = builtin_runners['add_mod_builtin']
        print(a.instance_def.n_words, a.instance_def.batch_size, a.base, a.name, add_mod_builtin is a)
        from starkware.cairo.lang.builtins.modulo.mod_builtin_runner import AddModBuiltinRunner, ModBuiltinRunner
        print(isinstance(a, AddModBuiltinRunner), isinstance(a, ModBuiltinRunner), type(a).__name__)
        print(range_check96_builtin.bound == 2**96, range_check96_builtin.name)
    %}
    return ();
}

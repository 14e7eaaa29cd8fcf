%builtins output
from starkware.cairo.common.registers import get_ap, get_fp_and_pc, get_label_location
from starkware.cairo.common.serialize import serialize_word

// `get_fp_and_pc`, `get_ap` and `get_label_location`.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (fp_value, pc_value) = get_fp_and_pc();
    let (ap_value) = get_ap();
    let (table) = get_label_location(data);
    %{ print(ids.fp_value == fp, pc - ids.pc_value, ap - ids.ap_value) %}
    assert table[1] = 22;
    serialize_word(table[2]);
    return ();

    data:
    dw 11;
    dw 22;
    dw 33;
}

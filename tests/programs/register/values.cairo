%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_ap, get_fp_and_pc

func callee() {
    %{ say("callee", (str(fp), str(ap), pc.offset, current_step)) %}
    ap += 2;
    return ();
}

// ap, fp, pc and current_step at several places.
func main{output_ptr: felt*}() {
    start_probe();
    %{ say("main", (str(fp), str(ap), pc.offset, current_step)) %}
    callee();
    %{ say("after the call", (str(fp), str(ap), pc.offset, current_step)) %}
    let (cairo_fp, cairo_pc) = get_fp_and_pc();
    %{ say("as Cairo sees them", (ids.cairo_fp == fp, pc - ids.cairo_pc)) %}
    let (cairo_ap) = get_ap();
    %{ say("ap as Cairo sees it", ap - ids.cairo_ap) %}
    [ap] = 1, ap++;
    [ap] = 2, ap++;
    %{ say("through memory", (memory[ap - 1], memory[ap - 2], memory[fp - 2] == memory.get(fp - 2))) %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

// Reads: known cells, missing cells, keys that are no addresses.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local x = 12;
    local p: felt* = &x;
    start_probe();
    %{
        show("felt", lambda: memory[fp])
        show("pointer", lambda: memory[fp + 1])
        show("through the pointer", lambda: memory[memory[fp + 1]])
        show("missing", lambda: memory[fp + 1000])
        show("negative offset", lambda: memory[fp - 100000])
        show("unknown segment", lambda: memory[type(fp)(1000, 0)])
        show("integer address", lambda: memory[7])
        show("address zero", lambda: memory[0])
        show("negative integer", lambda: memory[-1])
        show("text", lambda: memory["a"])
        show("none", lambda: memory[None])
        show("float", lambda: memory[1.5])
        show("bool", lambda: memory[True])
        try:
            memory[fp + 1000]
        except KeyError as error:
            say("attribute", error.addr == fp + 1000)
            say("arguments", error.args)
    %}
    finish_probe();
    return ();
}

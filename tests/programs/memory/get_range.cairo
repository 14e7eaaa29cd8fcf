%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.registers import get_fp_and_pc

// `get_range` and `get_range_as_ints`: sizes, holes, pointers inside.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local a = 1;
    local b = 2;
    local p: felt* = &a;
    local hole;
    local c = 3;
    start_probe();
    %{
        show("two", lambda: memory.get_range(fp, 2))
        show("keywords", lambda: memory.get_range(addr=fp, size=2))
        show("none", lambda: memory.get_range(fp, 0))
        show("negative size", lambda: memory.get_range(fp, -3))
        show("with pointer", lambda: memory.get_range(fp, 3) == [1, 2, fp])
        show("hole", lambda: memory.get_range(fp, 5))
        show("ints", lambda: memory.get_range_as_ints(fp, 2))
        show("ints keywords", lambda: memory.get_range_as_ints(addr=fp, size=2))
        show("ints with pointer", lambda: memory.get_range_as_ints(fp, 3))
        show("ints hole", lambda: memory.get_range_as_ints(fp + 3, 1))
        show("bad size", lambda: memory.get_range(fp, fp))
        show("integer address", lambda: memory.get_range(7, 2))
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// The class that modules of cairo-lang import is the class of the values in hints.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        from starkware.cairo.lang.vm.relocatable import MaybeRelocatable, RelocatableValue

        show("isinstance", lambda: isinstance(ap, RelocatableValue))
        show("same class", lambda: type(fp) is RelocatableValue)
        show("equal", lambda: RelocatableValue(fp.segment_index, fp.offset) == fp)
        show("as key", lambda: memory[RelocatableValue(0, 0)] == memory[pc - pc.offset])
        show("as segment", lambda: isinstance(segments.add(), RelocatableValue))
        from starkware.cairo.common.math_utils import as_int, assert_integer, is_positive
        show("assert_integer", lambda: assert_integer(fp))
        show("assert_integer fine", lambda: assert_integer(5))
        show("as_int", lambda: as_int(PRIME - 1, PRIME))
        show("is_positive", lambda: is_positive(5, PRIME, 2**128))
    %}
    finish_probe();
    return ();
}

// Frames of a module of cairo-lang that is no part of the VM.
func main() {
    %{
        from starkware.cairo.common.math_utils import assert_integer
        assert_integer(ap)
    %}
    return ();
}

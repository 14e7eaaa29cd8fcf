// Frames of a module of the user.
func main() {
    %{
        import sys
        sys.path.append("modules")
        import probe_module
    %}
    ap += 1;
    %{
        probe_module.fail(
            12
        )
    %}
    ap += 1;
    return ();
}

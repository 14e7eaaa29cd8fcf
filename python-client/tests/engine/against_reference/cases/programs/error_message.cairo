// Error attributes and the Cairo traceback around a hint.
func inner(x) {
    alloc_locals;
    local y = x + 1;
    with_attr error_message("inner failed with {y}") {
        %{
            def check(value):
                assert value == 3, "not three"
            check(ids.y)
        %}
        [ap] = 1, ap++;
    }
    ret;
}
func main() {
    with_attr error_message("outer failed") {
        inner(5);
    }
    ret;
}

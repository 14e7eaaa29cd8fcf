// An exception that passes through code of the standard library: sorted() calls back.
func main() {
    %{
        def key(item):
            raise TypeError(f"no key for {item}")

        sorted([3, 4], key=key)
    %}
    return ();
}

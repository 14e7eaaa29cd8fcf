// Frames of functions that this hint and an earlier hint define.
func main() {
    %{
        def first(n):
            # The line below is part of the traceback.
            return second(n - 1)

        unrelated = 1
    %}
    ap += 1;
    %{
        def second(n):
            if n == 0:
                raise LookupError("deep inside")
            return first(n)

        first(3)
    %}
    ap += 1;
    return ();
}

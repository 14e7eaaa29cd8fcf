%builtins output
from probe import finish_probe, start_probe

// Equality and order of relocatable values: total, also against integers.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        low = segments.add()
        high = segments.add()
        temporary = type(low)(-1, 5)
        show("equal", lambda: (low == low + 0, low != low + 0, low == low + 1, low == high))
        show("equal int", lambda: (low == 0, low != 0, 5 == low))
        show("equal text", lambda: (low == "a", low == None, low == (low.segment_index, 0)))
        show("less", lambda: (low < low + 1, low < low, low < high, high < low + 1000))
        show("less equal", lambda: (low <= low, low <= low + 1, high <= low))
        show("greater", lambda: (low + 1 > low, low > low, high > low))
        show("greater equal", lambda: (low >= low, low >= high))
        show("int", lambda: (low < 5, low <= 5, low > 5, low >= 5))
        show("int left", lambda: (5 < low, 5 <= low, 5 > low, 5 >= low))
        show("huge int", lambda: 2**300 < low)
        show("text", lambda: low < "a")
        show("none", lambda: low > None)
        show("float", lambda: low < 1.5)
        show("temporary", lambda: (temporary < low, temporary > 7))
        show("sorted", lambda: sorted([high, low + 3, 9, temporary, low, -4]) == [-4, 9, temporary, low, low + 3, high])
        show("max", lambda: max(low, high, 10) == high)
    %}
    finish_probe();
    return ();
}

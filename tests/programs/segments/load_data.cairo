%builtins output
from probe import finish_probe, start_probe

// `load_data` writes below the reduction: front to back, values as they are.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        start = segments.add()
        show("end", lambda: segments.load_data(start, [1, 2, fp]) - start)
        show("keywords", lambda: segments.load_data(ptr=start + 3, data=(7,)) - start)
        show("cells", lambda: memory.get_range(start, 4) == [1, 2, fp, 7])
        show("negative", lambda: segments.load_data(start + 10, [5, -1, 6]))
        show("front to back", lambda: [memory.get(start + 10 + i) for i in range(3)])
        show("conflict", lambda: segments.load_data(start + 9, [8, 5, 9, 9]) - start)
        show("conflict reported", lambda: segments.load_data(start, [1, 3, 4, 5]))
        show("none", lambda: segments.load_data(start + 20, [None]))
        show("float", lambda: segments.load_data(start + 20, [1.5]))
        show("text", lambda: segments.load_data(start + 20, "ab"))
        show("generator", lambda: segments.load_data(start + 30, (i for i in (3, 4))))
        show("generator wrote", lambda: memory.get_range(start + 30, 2))
        show("list inside", lambda: segments.load_data(start + 40, [[1]]))
    %}
    finish_probe();
    return ();
}

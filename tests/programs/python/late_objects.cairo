// The objects of one hint, used in a later one: they stand for the VM, not for the moment.
func main() {
    alloc_locals;
    local x;
    local y;
    %{
        kept_memory = memory
        kept_segments = segments
        ids.x = 1
        say = lambda name, action: print(name, action())
    %}
    ap += 1;
    %{
        say("kept memory", lambda: kept_memory[fp])
        ids.y = 5
        say("kept memory sees new cells", lambda: kept_memory[fp + 1])
        before = segments.n_segments
        kept_segments.add()
        say("kept segments", lambda: segments.n_segments - before)
        kept_memory[kept_segments.add()] = 3
        say("same", lambda: (kept_memory is memory or kept_memory[fp] == memory[fp]))
    %}
    assert x + y = 6;
    return ();
}

// An `ids` object that is kept works with the registers of its own hint.
func f(n) -> felt {
    alloc_locals;
    local x;
    %{
        ids.x = ids.n * 10
        kept = globals().setdefault('kept', [])
        kept.append(ids)
        holder = [ids.n, ids.f.x]
        print([k.x for k in kept], [k.n for k in kept], holder)
    %}
    [ap] = x, ap++;
    if (n == 0) {
        return 0;
    }
    f(n - 1);
    ret;
}
func main() {
    f(4);
    %{ print([k.x for k in kept], [k._context.pc == pc for k in kept][:0]) %}
    [ap] = 1, ap++;
    ret;
}

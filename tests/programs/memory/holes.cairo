// Cells that only hints touched are holes: they count in the resources of the PIE.
func main() {
    alloc_locals;
    local p: felt*;
    local never_read;
    %{
        ids.p = segments.add()
        segments.write_arg(ids.p, range(10))
        ids.never_read = 5
        memory.get(ids.p + 3)
        print(is_accessed(ids.p + 3), is_accessed(fp), is_accessed(fp + 1))
    %}
    tempvar x = p[2];
    %{ print(is_accessed(ids.p + 2), is_accessed(fp), is_accessed(fp + 1)) %}
    ap += 1;
    return ();
}

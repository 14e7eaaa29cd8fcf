// One cell far away costs nothing while the program runs.
func main() {
    alloc_locals;
    local x;
    %{
        far = segments.add()
        memory[far + 2**20] = 3
        ids.x = memory[far + 2**20]
        print(far + 2**20 in memory, far + 2**20 - 1 in memory)
    %}
    assert x = 3;
    return ();
}

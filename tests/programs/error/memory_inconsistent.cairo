// A hint writes over a value.
func main() {
    alloc_locals;
    local x = 3;
    %{
        memory[fp + 1] = 1
        ids.x = 4
    %}
    return ();
}

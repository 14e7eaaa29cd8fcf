// An integer is an address as long as the run lasts; the end of the run refuses it.
func main() {
    %{
        memory[7] = 1
        print(memory[7], 7 in memory)
    %}
    return ();
}

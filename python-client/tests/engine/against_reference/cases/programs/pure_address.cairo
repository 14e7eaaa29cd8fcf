// A number as an address is an error when the run ends.
func main() {
    %{
        memory[7] = 0
        print(memory[7], 7 in memory, memory.get(7))
        memory[7] = 0
        try:
            memory[7] = 2
        except Exception as e:
            print(type(e), e)
    %}
    [ap] = 1, ap++;
    ret;
}

// A value beyond the prime, written below the reduction, reads back as it was written.
func main() {
    %{
        start = segments.add()
        segments.load_data(start, [PRIME + 1])
        print(memory[start] == PRIME + 1)
        try:
            memory[start] = 1
        except Exception as error:
            print(type(error).__name__)
        del memory.data[start]
    %}
    return ();
}

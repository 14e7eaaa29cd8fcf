// What is left of a temporary segment after `relocate_memory`.
func main() {
    %{
        temporary = segments.add_temp_segment()
        real = segments.add()
        memory[temporary + 1] = 7
        memory.add_relocation_rule(temporary, real)
        memory.relocate_memory()
        print(memory.get(real + 1), memory.get(temporary + 1), len(memory.relocation_rules))
    %}
    return ();
}

%builtins output

// A rule may lead into a temporary segment that never moves, as long as nothing is left that needs it.
func main{output_ptr: felt*}() {
    %{
        inner = segments.add_temp_segment()
        outer = segments.add_temp_segment()
        memory.add_relocation_rule(inner, outer + 1)
        print(memory.relocate_value(inner + 2))
    %}
    return ();
}

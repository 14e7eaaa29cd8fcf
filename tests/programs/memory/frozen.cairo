%builtins output
from probe import finish_probe, start_probe

// While the program runs the memory is not frozen.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("is_frozen", lambda: memory.is_frozen())
        show("prime", lambda: memory.prime == PRIME)
        show("unknown attribute", lambda: memory.no_such_method())
    %}
    finish_probe();
    return ();
}

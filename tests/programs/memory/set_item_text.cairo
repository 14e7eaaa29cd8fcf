%builtins output
from probe import finish_probe, start_probe

// The operator `%` that reduces a value formats a text: the class of the error shows how.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        def write(value):
            memory[ap + 100] = value

        for value in ("text", "%d", "%s", b"%d", (1, 2), {}, object, 1j):
            try:
                write(value)
                say("written", value)
            except Exception as error:
                say(repr(type(value).__name__), type(error).__name__)
        show("free", lambda: ap + 100 in memory)
    %}
    finish_probe();
    return ();
}

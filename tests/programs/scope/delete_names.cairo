%builtins output
from probe import finish_probe, start_probe

// `del` really deletes.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        initial_dict = {1: 2}
        a = b = 3
    %}
    ap += 1;
    %{
        del initial_dict
        del a, b
        show("at once", lambda: initial_dict)
    %}
    ap += 1;
    %{
        show("later", lambda: a)
        say("in globals", "initial_dict" in globals())
    %}
    finish_probe();
    return ();
}

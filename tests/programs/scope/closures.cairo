%builtins output
from probe import finish_probe, start_probe

// Functions of one hint see the globals of the hint that calls them.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 5;
    start_probe();
    %{
        counter = 0

        def increase():
            global counter
            counter += 1
            return counter

        def cell(offset):
            return memory[fp + offset]

        def read(name):
            return getattr(ids, name)

        def make(factor):
            def inner(value):
                return value * factor + counter
            return inner

        def late():
            return defined_later

        triple = make(3)
        say("first", (increase(), cell(0), read("x"), triple(2)))
        show("not yet", late)
    %}
    local y = 6;
    %{
        defined_later = "now"
        say("second", (increase(), counter, cell(1), read("y"), triple(2), late()))
        show("default ap", lambda here=ap: here - ap)
    %}
    inside(7);
    finish_probe();
    return ();
}

func inside(z: felt) {
    %{
        say("in another function", (increase(), cell(-3), read("z")))
        show("other ids", lambda: read("y"))
    %}
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// Arithmetic of relocatable values.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        here = segments.add() + 10
        other = segments.add()

        def relative(value):
            return value - here if hasattr(value, "offset") else value

        show("plus", lambda: relative(here + 5))
        show("plus left", lambda: relative(5 + here))
        show("plus negative", lambda: relative(here + -20))
        show("minus", lambda: relative(here - 3))
        show("below zero", lambda: (here - 30).offset)
        show("minus left", lambda: 5 - here)
        show("difference", lambda: (here + 7) - here)
        show("negative difference", lambda: here - (here + 7))
        show("cross", lambda: here - other)
        show("sum", lambda: here + other)
        show("bool", lambda: relative(here + True))
        show("big", lambda: relative(here + 2**70))
        show("modulo", lambda: ((here + 5) % 10).offset)
        show("modulo negative", lambda: ((here - 11) % 10).offset)
        show("modulo prime", lambda: (here - 11) % PRIME - here == PRIME - 11)
        show("times", lambda: here * 2)
        show("floor", lambda: here // 2)
        show("power", lambda: here ** 2)
        show("negate", lambda: -here)
        show("float", lambda: here + 1.5)
        show("text", lambda: here + "a")
        show("none", lambda: here + None)
        show("minus none", lambda: here - None)
        try:
            int(here)
        except TypeError:
            say("int", "TypeError")
        show("index", lambda: [1, 2][here])
        show("truth", lambda: bool(type(here)(0, 0)))
        copy = here
        copy += 1
        show("in place", lambda: (copy - here, here.offset))
        show("sum of list", lambda: relative(sum([here, 1, 2])))
    %}
    finish_probe();
    return ();
}

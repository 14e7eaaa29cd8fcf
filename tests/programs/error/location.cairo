%builtins output
from probe import finish_probe, start_probe

struct Pair {
    first: felt,
    second: Pair*,
}

// What a hint that catches an error of a reference can see of it.
func main{output_ptr: felt*}() {
    alloc_locals;
    local unset;
    local pair: Pair;
    let sum = [ap + 5] * 2 + unset;
    let third = [[ap + 7] + 3];
    start_probe();
    %{
        def look(name, action):
            try:
                say(name, action())
            except Exception as error:
                location = getattr(error, "location", "none")
                say(name, (type(error).__name__, str(error), getattr(error, "message", "none")))
                say("args", (len(error.args), [str(part) for part in error.args]))
                say("location", repr(location))
                say("notes", (getattr(error, "notes", "none"), getattr(error, "traceback", "none")))
                if hasattr(location, "start_line"):
                    say("place", (location.start_line, location.start_col, location.end_line, location.end_col))
                    say("file", (location.input_file.filename, location.input_file.get_content()))
                    say("text", (location.to_string("x"), location.to_string_with_content("x")))
                    say("parent", location.parent_location)
                return error

        look("unset", lambda: ids.unset)
        look("sum", lambda: ids.sum)
        look("third", lambda: ids.third)
        look("struct", lambda: setattr(ids, "pair", 3))
        look("sum set", lambda: setattr(ids, "sum", 3))
        look("missing", lambda: ids.missing)
        look("member", lambda: ids.pair.first)
        look("pointer", lambda: ids.pair.second.first)
    %}
    // The same once the compiler's own classes are there.
    %{
        from starkware.cairo.lang.compiler.error_handling import Location, LocationError

        errors = [look("unset", lambda: ids.unset), look("struct", lambda: setattr(ids, "pair", 3))]
        say("classes", [isinstance(error, LocationError) for error in errors])
        say("location", [isinstance(error.location, Location) for error in errors])
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// A relocatable value never changes.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        value = type(fp)(3, 14)
        show("offset", lambda: setattr(value, "offset", 3))
        show("segment", lambda: setattr(value, "segment_index", 3))
        show("delete", lambda: delattr(value, "offset"))
        show("value", lambda: str(value))
        try:
            type(fp)(3)
        except TypeError:
            say("missing argument", "TypeError")
        show("attribute", lambda: value.nothing)
        import copy
        show("copy", lambda: copy.copy(value) == value and copy.deepcopy([value]) == [value])
        import pickle
        show("pickle", lambda: pickle.loads(pickle.dumps(value)) == value)
        import dataclasses
        show("dataclass", lambda: dataclasses.replace(value, offset=5))
        show("fields", lambda: dataclasses.astuple(value))
    %}
    finish_probe();
    return ();
}

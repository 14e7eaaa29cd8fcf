%builtins output
from probe import finish_probe, start_probe

// Hashing, printing and formatting of relocatable values.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        value = type(fp)(3, 14)
        show("str", lambda: str(value))
        show("repr", lambda: repr(value))
        show("format", lambda: f"{value} [{value:>8}] [{value:<8}] [{value:^9}]")
        show("percent", lambda: "%s" % value)
        show("bad format", lambda: f"{value:d}")
        show("hash", lambda: hash(value) == hash((3, 14)) == hash(type(value)(3, 14)))
        show("set", lambda: len({value, type(value)(3, 14), value + 1}))
        show("dict", lambda: {value: "a"}[type(value)(3, 14)])
        show("dict miss", lambda: {value: "a"}[(3, 14)])
        show("in list", lambda: value in [1, type(value)(3, 14)])
        show("list", lambda: [value])
        show("fields", lambda: (value.segment_index, value.offset))
        show("keywords", lambda: type(value)(segment_index=1, offset=2))
        show("class name", lambda: type(value).__name__)
        show("bits", lambda: (type(value).SEGMENT_BITS, type(value).OFFSET_BITS))
        show("registers", lambda: (type(ap) is type(value), type(pc) is type(value)))
    %}
    finish_probe();
    return ();
}

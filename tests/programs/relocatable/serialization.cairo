%builtins output
from probe import finish_probe, start_probe

// Conversions of the class: bytes, tuples, felts.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        Value = type(fp)
        show("to_bytes", lambda: Value.to_bytes(Value(1, 2), 8, "little").hex())
        show("big", lambda: Value.to_bytes(Value(1, 2), 32, "big").hex())
        show("int to_bytes", lambda: Value.to_bytes(258, 4, "big").hex())
        show("int too large", lambda: Value.to_bytes(2**31, 4, "big"))
        show("too short", lambda: Value.to_bytes(Value(1, 2), 4, "big"))
        show("from_bytes", lambda: Value.from_bytes(Value.to_bytes(Value(3, 4), 8, "little"), "little"))
        show("int from_bytes", lambda: Value.from_bytes(b"\x05\x00", "little"))
        show("to_tuple", lambda: (Value.to_tuple(Value(3, 4)), Value.to_tuple(5)))
        show("bad to_tuple", lambda: Value.to_tuple("a"))
        show("from_tuple", lambda: (Value.from_tuple((3, 4)), Value.from_tuple((5,))))
        show("bad from_tuple", lambda: Value.from_tuple((1, 2, 3)))
        show("felt", lambda: Value.to_felt_or_relocatable(True))
        show("felt value", lambda: Value.to_felt_or_relocatable(Value(3, 4)))
        show("global", lambda: (to_felt_or_relocatable(True), to_felt_or_relocatable("12"), to_felt_or_relocatable(1.9)))
        show("global value", lambda: to_felt_or_relocatable(Value(3, 4)))
        show("negative", lambda: to_felt_or_relocatable(-3))
        show("global none", lambda: to_felt_or_relocatable("x"))
    %}
    finish_probe();
    return ();
}

%builtins output
from probe import finish_probe, start_probe

namespace Space {
    func inner() {
        return ();
    }
}

// Labels and functions know their offset in the program.
func main{output_ptr: felt*}() {
    jmp body;

    body:
    Space.inner();

    after:
    start_probe();
    %{
        show("function", lambda: ids.main.instruction_offset_)
        show("label", lambda: ids.body.instruction_offset_ - ids.main.instruction_offset_)
        show("later label", lambda: ids.after.instruction_offset_ - ids.body.instruction_offset_)
        show("through function", lambda: ids.main.after.instruction_offset_ == ids.after.instruction_offset_)
        show("namespace function", lambda: ids.Space.inner.instruction_offset_)
        show("namespace", lambda: ids.Space.instruction_offset_)
        show("instruction", lambda: memory[pc - pc.offset + ids.Space.inner.instruction_offset_] == 0x208b7fff7fff7ffe)
        show("unknown", lambda: ids.nothing.instruction_offset_)
    %}
    finish_probe();
    return ();
}

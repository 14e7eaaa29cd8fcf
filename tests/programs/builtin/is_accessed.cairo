%builtins output
from probe import finish_probe, start_probe

// `is_accessed` knows what instructions touched; what only hints touched does not count.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 5;
    local hinted;
    start_probe();
    %{
        ids.hinted = 6
        memory[ap + 50] = 7
        show("by an instruction", lambda: is_accessed(fp))
        show("by a hint", lambda: is_accessed(fp + 1))
        show("keyword", lambda: is_accessed(addr=ap + 50))
        show("never", lambda: is_accessed(fp + 1000))
        show("code", lambda: is_accessed(pc))
        show("end of the code", lambda: is_accessed(pc + 3))
        show("return address", lambda: is_accessed(fp - 1))
        show("integer", lambda: is_accessed(3))
        show("other segment", lambda: is_accessed(segments.add()))
    %}
    assert hinted = 6;
    %{ show("later", lambda: is_accessed(fp + 1)) %}
    finish_probe();
    return ();
}

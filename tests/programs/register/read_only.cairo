%builtins output
from probe import finish_probe, start_probe

// Assigning to a register's name changes nothing in the VM; the next hint has fresh values.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    start_probe();
    %{
        real = (ap, fp, pc)
        ap = fp = pc = 0
        current_step = -1
        say("changed", (ap, fp, pc, current_step))
        ids.x = 3
    %}
    assert x = 3;
    %{
        say("fp is back", fp == real[1])
        say("ap moved", ap - real[0])
        say("pc moved", pc - real[2])
        show("offset", lambda: setattr(ap, "offset", 3))
        ap += 5
        say("local copy", ap - real[0])
    %}
    ap += 1;
    %{ say("fresh", ap - real[0]) %}
    finish_probe();
    return ();
}

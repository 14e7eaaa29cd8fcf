// Hints that mention few names, between hints that look at all of them.
func main() {
    alloc_locals;
    local a;
    local b;
    %{ first = 1 %}
    %{ ids.a = first + 1 %}
    assert a = 2;
    %{ second = ids.a %}
    %{ print(list(globals())) %}
    %{ print(pc.offset, ap.offset, current_step, memory[fp]) %}
    %{ third = second; del second %}
    %{ print("second" in globals(), third, "ids" in dir()) %}
    %{ ids = 5 %}
    %{ segments = memory = ids %}
    %{ print(type(segments).__name__, type(memory).__name__) %}
    %{ vm_enter_scope({"inner": first}) %}
    %{ ids.b = inner + 2 %}
    assert b = 3;
    %{ print([name for name in globals() if not name.startswith("__")]) %}
    %{ vm_exit_scope() %}
    %{ print("inner" in globals(), "third" in globals()) %}
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// A caller saves the state of the output builtin, gives it a new base, and restores it.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        output_builtin.add_page(1, ids.output_ptr + 1, 1)
        output_builtin.add_attribute("outer", 1)
        state = output_builtin.get_state()
        show("saved", lambda: (state.base == output_builtin.base, sorted(state.pages), state.attributes))
        inner = segments.add()
        output_builtin.new_state(base=inner)
        show("new", lambda: (output_builtin.base == inner, output_builtin.pages, output_builtin.attributes))
        output_builtin.add_page(1, inner + 3, 1)
        output_builtin.add_attribute("inner", 2)
        show("inner", lambda: output_builtin.get_additional_data())
    %}
    ap += 1;
    %{
        show("inner later", lambda: output_builtin.get_additional_data())
        inner_state = output_builtin.get_state()
        output_builtin.set_state(state)
        show("restored", lambda: (output_builtin.base == ids.output_ptr, output_builtin.get_additional_data()))
        show("inner state", lambda: (inner_state.base == inner, inner_state.attributes))
    %}
    finish_probe();
    assert [output_ptr] = 2;
    let output_ptr = output_ptr + 1;
    return ();
}

%builtins output
// Pages, attributes and states of the output.
func main{output_ptr: felt*}() {
    assert [output_ptr] = 1;
    assert [output_ptr + 1] = 2;
    assert [output_ptr + 2] = 3;
    %{
        print(output_builtin.base, output_builtin.pages, output_builtin.attributes, output_builtin.included)
        output_builtin.add_page(1, ids.output_ptr + 1, 2)
        output_builtin.add_attribute('gps_fact_topology', [1, 2])
        print(output_builtin.pages, output_builtin.get_additional_data())
        def attempt(f, *args):
            try:
                f(*args)
            except Exception as e:
                print(type(e), e)
        attempt(output_builtin.add_page, 1, ids.output_ptr, 1)
        attempt(output_builtin.add_page, 2, ap, 1)
        attempt(output_builtin.add_page, 2, 5, 1)
        attempt(output_builtin.extend_additional_data, {}, None)
        attempt(output_builtin.extend_additional_data, dict(pages=1, attributes={}), None)
        attempt(output_builtin.extend_additional_data, dict(pages={'3': [0, 1]}, attributes={}), None)
        attempt(output_builtin.extend_additional_data, dict(pages={}, attributes=1), None)
    %}
    [ap] = 1, ap++;
    %{
        old = output_builtin.get_state()
        output_builtin.new_state(ids.output_ptr + 3)
        print(output_builtin.base, output_builtin.pages, output_builtin.attributes)
        output_builtin.add_page(5, ids.output_ptr + 4, 1)
        print(output_builtin.pages)
    %}
    [ap] = 2, ap++;
    %{
        output_builtin.set_state(old)
        output_builtin.attributes['late'] = {'a': [1]}
        output_builtin.extend_additional_data(dict(pages={'7': [1, 1]}, attributes={'x': 1}), None)
        print(output_builtin.pages, output_builtin.attributes)
    %}
    [ap] = 3, ap++;
    %{ print(output_builtin.get_state().base, output_builtin.initial_stack()) %}
    let output_ptr = output_ptr + 3;
    return ();
}

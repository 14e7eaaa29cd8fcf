%builtins output
from probe import finish_probe, start_probe

// Pages and attributes of the output.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("base", lambda: output_builtin.base == ids.output_ptr)
        show("page", lambda: output_builtin.add_page(page_id=1, page_start=ids.output_ptr + 1, page_size=2))
        show("page again", lambda: output_builtin.add_page(1, ids.output_ptr, 1))
        show("other segment", lambda: output_builtin.add_page(2, fp, 1))
        show("integer", lambda: output_builtin.add_page(2, 5, 1))
        show("third page", lambda: output_builtin.add_page(3, ids.output_ptr + 3, 1))
        show("attribute", lambda: output_builtin.add_attribute("gps_fact_topology", [2, 1]))
        show("second attribute", lambda: output_builtin.add_attribute(attribute_name="named", attribute_value={"a": [1, {"b": None}]}))
        show("pages", lambda: [(number, page.start, page.size) for number, page in output_builtin.pages.items()])
        show("attributes", lambda: output_builtin.attributes)
        show("additional data", lambda: output_builtin.get_additional_data())
    %}
    finish_probe();
    assert [output_ptr] = 10;
    assert [output_ptr + 1] = 11;
    assert [output_ptr + 2] = 12;
    let output_ptr = output_ptr + 3;
    return ();
}

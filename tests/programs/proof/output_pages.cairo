%builtins output

// Pages of the output appear in the public memory of a proof.
func main{output_ptr: felt*}() {
    %{
        output_builtin.add_page(page_id=1, page_start=ids.output_ptr + 1, page_size=2)
        output_builtin.add_page(page_id=2, page_start=ids.output_ptr + 3, page_size=1)
        output_builtin.add_attribute("gps_fact_topology", [3, 2, 0, 1])
    %}
    assert [output_ptr] = 10;
    assert [output_ptr + 1] = 11;
    assert [output_ptr + 2] = 12;
    assert [output_ptr + 3] = 13;
    let output_ptr = output_ptr + 4;
    return ();
}

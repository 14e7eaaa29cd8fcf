%builtins output

// A page beyond the end of the output is refused when the segments are closed.
func main{output_ptr: felt*}() {
    %{ output_builtin.add_page(page_id=1, page_start=ids.output_ptr + 1, page_size=5) %}
    assert [output_ptr] = 1;
    assert [output_ptr + 1] = 2;
    let output_ptr = output_ptr + 2;
    return ();
}

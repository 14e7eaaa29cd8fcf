%builtins output

// What hints write, Cairo code and later hints read, and the other way round.
func main{output_ptr: felt*}() {
    alloc_locals;
    local a;
    local b;
    %{
        memory[fp] = 10
        print(memory[fp], ids.a)
    %}
    assert b = a * a;
    %{
        print(memory[fp + 1], ids.b)
        memory[ids.output_ptr] = ids.a + ids.b
        memory[ids.output_ptr + 1] = memory[ids.output_ptr] + 1
    %}
    assert output_ptr[2] = output_ptr[0] + output_ptr[1];
    let output_ptr = output_ptr + 3;
    return ();
}

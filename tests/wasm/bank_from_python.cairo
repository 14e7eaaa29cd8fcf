// The bank of bank.cairo from a hint in Python: its folder has bank_from_python.py, and `bank.wasm` is where
// the program input says.
%builtins output

func main(output_ptr: felt*) -> (output_ptr: felt*) {
    alloc_locals;
    local sum;
    local difference;
    %{
        import bank_from_python
        ids.sum, ids.difference = bank_from_python.run(program_input["bank"])
    %}
    assert output_ptr[0] = sum;
    assert output_ptr[1] = difference;
    return (output_ptr=output_ptr + 2);
}

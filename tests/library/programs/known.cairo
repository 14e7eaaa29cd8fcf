// Two hints that cairo-vm knows. Compile with: cairo-compile known.cairo --no_debug_info --output known.json
func main() {
    alloc_locals;
    let a = 18446744073709551617;
    let value = 3;
    local low;
    local high;
    %{ memory[ap] = segments.add() %}
    ap += 1;
    %{
        ids.low = ids.a & ((1<<64) - 1)
        ids.high = ids.a >> 64
    %}
    assert low = 1;
    assert high = 1;
    return ();
}

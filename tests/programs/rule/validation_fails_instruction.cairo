// An instruction that writes a value which a hint's rule refuses.
func main() {
    alloc_locals;
    local p: felt*;
    %{
        ids.p = segments.add()

        def refuse(memory, address):
            raise ValueError(f"no {memory[address]} at {address.offset}")

        vm_add_validation_rule(ids.p.segment_index, refuse)
    %}
    assert p[3] = 6;
    return ();
}

// Rules that hints in Python registered look at what hints that call contracts wrote.

func main() {
    alloc_locals;
    local text: felt*;
    local length;
    local status;
    local guarded: felt*;
    local supply;
    %{
        frame = fp
        letters = []
        written = []

        def read_letter(memory, address):
            letters.append(memory[memory[frame]])
            return {address}

        def note_write(memory, address):
            written.append(address - frame)
            return {address}

        ids.guarded = segments.add()
        vm_add_validation_rule(ids.guarded.segment_index, read_letter)
        vm_add_validation_rule(fp.segment_index, note_write)
    %}
    %{
        # lang: contract
        use "../token/scenarios/token.scen.json"
        caller "address:bob"
        ids.status, ids.text, ids.length = try token.transfer("address:alice", 7)
        ids.supply = token.totalSupply()
    %}
    // The first rule reads a segment that did not exist when the last hint in Python ran.
    assert [guarded] = 5;
    %{
        # `insufficient funds`
        assert letters == [ord("i")], letters
        assert sorted(offset for offset in written if offset < 5) == [0, 1, 2, 4], written
    %}
    return ();
}

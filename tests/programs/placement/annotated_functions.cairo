// Hints that each define a function of the same name with annotations, others that call the last one, and hints in
// Python that look at it.
%builtins output

func first(n: felt) -> (low: felt, high: felt) {
    alloc_locals;
    local low;
    local high;
    %{
        def split(num: int, bits: int, length: int = 2):
            parts = []
            for _ in range(length):
                parts.append(num & ((1 << bits) - 1))
                num = num >> bits
            assert num == 0
            return tuple(parts)

        ids.low, ids.high = split(ids.n, 3)
    %}
    return (low, high);
}

func second(n: felt) -> (low: felt, high: felt) {
    alloc_locals;
    local low;
    local high;
    %{
        def split(num: int, length: int) -> tuple:
            return (num % length, num // length)

        def sign(num: int) -> None:
            return None

        ids.low, ids.high = split(ids.n, 10)
        signed = sign(ids.n)
    %}
    return (low, high);
}

func main{output_ptr: felt*}() {
    alloc_locals;
    let (a, b) = first(43);
    let (c, d) = second(43);
    local e;
    %{ ids.e = split(91, 8)[0] %}
    let (h, i) = first(21);
    %{
        import typing
        print(typing.get_type_hints(split), typing.get_type_hints(sign), split(9, 3)[0])
    %}
    let (j, k) = second(58);
    %{
        import typing
        print(typing.get_type_hints(split), typing.get_type_hints(sign), split(9, 3)[0])
    %}
    assert output_ptr[0] = a + 10 * b;
    assert output_ptr[1] = c + 10 * d;
    assert output_ptr[2] = e;
    assert output_ptr[3] = h + 10 * i;
    assert output_ptr[4] = j + 10 * k;
    let output_ptr = output_ptr + 5;
    return ();
}

// `nondet` expressions, `ap`-based references and loops.
func loop(n, acc) -> felt {
    if (n == 0) {
        return acc;
    }
    tempvar twice = nondet %{ ids.n * 2 %};
    %{ assert ids.twice == 2 * ids.n and memory[ap - 1] == ids.twice %}
    let next = acc + twice;
    return loop(n - 1, next);
}
func main() {
    let x = loop(30, 0);
    tempvar ptr = nondet %{ segments.add() %};
    tempvar b = nondet %{ True %};
    tempvar neg = nondet %{ -4 %};
    %{ print(ids.x, ids.ptr, ids.b, ids.neg) %}
    assert [cast(ptr, felt*)] = 5;
    again:
    tempvar i = nondet %{ 0 if current_step > 400 else 1 %};
    jmp again if i != 0;
    %{
        try:
            ids.x
        except Exception as e:
            print(type(e), e)
        try:
            ids.x = 3
        except Exception as e:
            print(type(e), e)
    %}
    ret;
}

%builtins output

struct Point {
    x: felt,
    y: felt,
}

// `nondet` expressions: ints, bools, texts of digits, pointers, negative values.
func main{output_ptr: felt*}() {
    alloc_locals;
    %{ base = 40 %}
    tempvar a = nondet %{ base + 2 %};
    tempvar b = nondet %{ True %};
    tempvar c = nondet %{ -1 %};
    tempvar d = nondet %{ "17" %};
    tempvar e = nondet %{ ap %};
    tempvar f: felt* = cast(nondet %{ segments.gen_arg([5, 6]) %}, felt*);
    local g = nondet %{ fp %};
    local h = nondet %{ sum(range(4)) %};
    tempvar i = nondet %{ 2.9 %};
    assert a = 42;
    assert b = 1;
    assert c + 1 = 0;
    assert d = 17;
    assert f[1] = 6;
    assert h = 6;
    assert i = 2;
    %{ print(ids.e.segment_index, ids.g == fp) %}
    assert [output_ptr] = nondet %{ 3 %};
    assert [output_ptr + 1] = nondet %{ ids.a %} * nondet %{ 2 %};
    let output_ptr = output_ptr + 2;
    return ();
}

// Hints that print, or ask Python how large numbers are, by `sys`: the others stay in Rust.
%builtins output range_check

from starkware.cairo.common.math import assert_le, sqrt

func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a;
    local b;
    local c;
    %{
        import sys
        n = 3
        print('first', file=sys.stderr)
        ids.a = sys.maxsize % 1000
    %}
    %{
        n += ids.a
        print('second', n)
        ids.b = n * 2
    %}
    assert_le(a, b);
    let d = sqrt(b);
    %{
        from sys import stderr, byteorder
        sys.stdout.write(f'third {n} {byteorder}\n')
        sys.stdout.flush()
        n -= 1
    %}
    %{
        print('fourth', n)
        ids.c = n
    %}
    let e = sqrt(c * c);
    assert output_ptr[0] = a;
    assert output_ptr[1] = b;
    assert output_ptr[2] = c;
    assert output_ptr[3] = d;
    assert output_ptr[4] = e;
    let output_ptr = output_ptr + 5;
    return ();
}

%builtins output
from probe import finish_probe, start_probe

// PRIME and the functions for field elements.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        show("PRIME", lambda: PRIME)
        show("fadd", lambda: (fadd(3, 4), fadd(PRIME - 1, 2)))
        show("fsub", lambda: (fsub(3, 4) == PRIME - 1, fsub(4, 3)))
        show("fmul", lambda: (fmul(3, 4), fmul(PRIME - 1, PRIME - 1)))
        show("fdiv", lambda: (fdiv(12, 4), fdiv(1, 3) * 3 % PRIME))
        show("fdiv by zero", lambda: fdiv(1, 0))
        show("fpow", lambda: (fpow(2, 10), fpow(3, PRIME - 1), fpow(5, 0)))
        show("fis_quad_residue", lambda: (fis_quad_residue(4), fis_quad_residue(3), fis_quad_residue(0)))
        show("fsqrt", lambda: (fsqrt(4), fsqrt(0), fsqrt(17)))
        try:
            fsqrt(3)
        except ValueError:
            say("fsqrt of a non-residue", "ValueError")
        show("safe_div", lambda: (safe_div(12, 4), safe_div(0, 5), safe_div(-12, 4)))
        show("safe_div with rest", lambda: safe_div(13, 4))
        show("safe_div by zero", lambda: safe_div(13, 0))
        show("other prime", lambda: (fadd(5, 6, 7), fmul(5, 6, 7), fpow(3, 4, p=11)))
        show("relocatable", lambda: fadd(fp, 1) - fp)
    %}
    finish_probe();
    return ();
}

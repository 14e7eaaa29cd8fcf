%builtins output range_check
from probe import finish_probe, start_probe
from starkware.cairo.common.math import assert_nn

struct Options {
    depth: felt,
    width: felt,
}

// Arguments, implicit arguments and struct arguments of a function.
func work{output_ptr: felt*, range_check_ptr, extra: felt*}(a: felt, options: Options, p: Options*) -> (
    r: felt
) {
    alloc_locals;
    %{
        print("a", ids.a)
        print("options", ids.options.depth, ids.options.width)
        print("p", ids.p.depth, ids.p.width)
        print("implicit", ids.output_ptr.offset, ids.range_check_ptr.offset, memory[ids.extra])
        print("offsets", ids.work.Args.a, ids.work.Args.options, ids.work.Args.p, ids.work.Args.SIZE)
        print("arguments", memory[fp - 3] == ids.p.address_, memory[fp - 6] == ids.a)
    %}
    assert_nn(a);
    let extra = extra + 1;
    %{ print("moved", memory.get(ids.extra), ids.range_check_ptr.offset) %}
    ap += 0;
    return (r=a + p.depth);
}

func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local extra: felt*;
    local p: Options*;
    %{
        ids.extra = segments.gen_arg([5])
        ids.p = segments.gen_arg([6, 7])
    %}
    let (r) = work{extra=extra}(a=3, options=Options(1, 2), p=p);
    assert r = 9;
    start_probe();
    %{ show("result", lambda: ids.r) %}
    finish_probe();
    return ();
}

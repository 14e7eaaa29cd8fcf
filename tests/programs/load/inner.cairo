// The program that `load/run_loaded_program.cairo` loads at run time. Its names, constants, error
// messages and source locations are its own.
const VALUE = 20;

struct Point {
    y: felt,
    x: felt,
}

func helper(n: felt) -> (r: felt) {
    alloc_locals;
    local doubled;
    with_attr error_message("inner helper got {n}") {
        %{
            print("inner", ids.VALUE, ids.n, ids.Point.x, pc.segment_index == base.segment_index)
            ids.doubled = ids.n * 2
            calls += 1
            if ids.n == 13:
                raise ValueError("thirteen")
        %}
        assert doubled = n + n;
    }
    return (r=doubled);
}

func entry(n: felt) -> (r: felt) {
    let (r) = helper(n + VALUE);
    %{ print("after helper", ids.r, ids.entry.instruction_offset_ > 0) %}
    return (r=r);
}

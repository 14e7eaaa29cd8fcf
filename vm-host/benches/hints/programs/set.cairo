%builtins range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.registers import get_fp_and_pc
from starkware.cairo.common.set import set_add

struct Point {
    x: felt,
    y: felt,
}

// A set that is searched for every element: the hint's own Python loops over all of memory.
func fill{range_check_ptr, end: felt*}(start: felt*, n: felt) {
    if (n == 0) {
        return ();
    }
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local point: Point = Point(n, n * n);
    set_add{set_end_ptr=end}(set_ptr=start, elm_size=Point.SIZE, elm_ptr=cast(&point, felt*));
    set_add{set_end_ptr=end}(set_ptr=start, elm_size=Point.SIZE, elm_ptr=cast(&point, felt*));
    return fill(start, n - 1);
}

func repeat{range_check_ptr}(n: felt) {
    if (n == 0) {
        return ();
    }
    alloc_locals;
    let (local start: felt*) = alloc();
    let end = start;
    fill{end=end}(start, 25);
    return repeat(n - 1);
}

func main{range_check_ptr}() {
    repeat(300);
    return ();
}


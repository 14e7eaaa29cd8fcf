// References of every shape.
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.registers import get_fp_and_pc
struct Point {
    x: felt,
    y: felt,
}
struct Line {
    from_: Point,
    to: Point*,
    next: Line*,
}
const ALIAS = 10;
using Shape = Line;

func f(p: Point*, q: Point, n, arr: felt*) -> (res: felt) {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    let x = n;
    let sum = x + n * 2 - 5;
    let product = x * n;
    let elem = arr[x - 2];
    let second = [arr + 1];
    let py = p.y;
    let nested = cast(p + 2, Point*);
    let quotient = n / 3;
    let neg = -n;
    let power = 2 ** 5 + n;
    local line: Line;
    let line_ptr = &line;
    let to_x = line.to.x;
    let ap_ref = [ap - 1];
    assert line.from_ = Point(x=1, y=2);
    assert line.to = p;
    assert line.next = &line;
    %{
        print(ids.x, ids.sum, ids.product, ids.elem, ids.second, ids.py, ids.quotient, ids.neg, ids.power)
        print(ids.p.x, ids.p.y, ids.q.x, ids.q.y, ids.n, ids.nested.address_, ids.nested.x)
        print(ids.line.from_.x, ids.line.to.x, ids.line.to.y, ids.line.next.from_.y, ids.to_x)
        print(ids.line_ptr.from_.y, ids.line.next.next.next.to.address_, ids.arr, ids.ALIAS, ids.Line.SIZE)
        print(ids.f.Args.SIZE, ids.f.Args.n, ids.f.n, ids.Point.y, ids.line_ptr[0].to[0].y)
        print(ids.ap_ref)
    %}
    tempvar t = n + 1;
    %{ print(ids.t, ids.x) %}
    let (local_ptr: Point*) = alloc();
    %{
        print(ids.n)
        ids.local_ptr.x = 3
        ids.local_ptr.y = 4
        print(ids.local_ptr.x)
    %}
    local copied: Point = [local_ptr];
    %{ print(ids.copied.x, ids.copied.y, ids.copied.address_ != ids.local_ptr.address_) %}
    let rebound = 1;
    %{ print(ids.rebound) %}
    [ap] = 1, ap++;
    let rebound = copied.y;
    %{ print(ids.rebound) %}
    return (res=t);
}

func main() {
    alloc_locals;
    let (arr: felt*) = alloc();
    local point: Point = Point(x=7, y=8);
    local point2: Point = Point(x=70, y=80);
    assert arr[0] = 100;
    assert arr[1] = 200;
    assert arr[2] = 300;
    let (__fp__, _) = get_fp_and_pc();
    let (r) = f(&point, point, 4, arr);
    %{ print(ids.r, ids.point.x, ids.arr) %}
    return ();
}

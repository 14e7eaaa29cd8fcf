struct Inner {
    x: felt,
    y: felt,
}
struct T {
    a: felt,
    inner: Inner,
    pointer: Inner*,
    felts: felt*,
    pair: (felt, felt),
    last: felt,
}
const FIVE = 5;
const MINUS = -5;
namespace Space {
    const SIX = 6;
    struct S {
        u: felt,
        v: felt,
    }
    func inner_function() {
        const SEVEN = 7;
        inside:
        ret;
    }
}

func main() {
    alloc_locals;
    local unset;
    local x = 3;
    local y;
    local z;
    local t: T;
    local p: T*;
    local pp: T**;
    let number = 5 * x - 2;
    let deep = [[fp + 2] + 1];
    let negative = -1;
    let typed = cast(fp, Inner*);
    let pair = (1, 2);
    let divided = x / 2;
    let not_cell = x + 1;
    let struct_value = Inner(x=1, y=2);
// HINT
    Space.inner_function();
    [ap] = 1, ap++;
    end_label:
    ret;
}

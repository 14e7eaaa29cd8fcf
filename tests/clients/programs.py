"""The sources of small programs that several tests run."""

#: Ten hints at ten places besides the entry, with everything alive between them that a pause could harm.
STATEFUL = """\
%builtins output range_check
from starkware.cairo.common.alloc import alloc

func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{
        import random
        random.seed(7)
        numbers = (n * n for n in range(100))
        seen = []
    %}
    let (local cells: felt*) = alloc();
    loop(cells=cells, n=8);
    %{ vm_enter_scope({'inner': len(seen), 'numbers': numbers}) %}
    local last;
    tempvar in_the_scope = 1;
    %{ ids.last = next(numbers) + inner %}
    assert [output_ptr] = last;
    %{ vm_exit_scope() %}
    local random_number;
    %{ ids.random_number = random.randrange(2 ** 64) %}
    assert [output_ptr + 1] = random_number;
    assert [range_check_ptr] = random_number;
    let range_check_ptr = range_check_ptr + 1;
    let output_ptr = output_ptr + 2;
    return ();
}

func loop(cells: felt*, n: felt) {
    if (n == 0) {
        return ();
    }
    %{
        memory[ids.cells] = next(numbers)
        seen.append(random.randrange(2 ** 32))
        extra = segments.add()
        memory[extra] = seen[-1]
    %}
    tempvar square = [cells];
    return loop(cells=cells + 1, n=n - 1);
}
"""

#: Runs until somebody pauses it.
ENDLESS = """\
func main() {
    %{ started = True %}
    tempvar n = 0;
    loop:
    tempvar n = n + 1;
    jmp loop;
}
"""

#: A function with arguments, a list and two results.
SUM = """\
%builtins output range_check

func main{output_ptr: felt*, range_check_ptr}() {
    return ();
}

func total{range_check_ptr}(n: felt, values: felt*) -> (sum: felt, count: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0, count=0);
    }
    %{ print('adding', memory[ids.values]) %}
    let (sum, count) = total(n=n - 1, values=values + 1);
    return (sum=sum + [values], count=count + 1);
}
"""

#: A hint that fails three calls deep.
FAILING = """\
func main() {
    outer(3);
    return ();
}

func outer(n: felt) {
    with_attr error_message("outer got {n}") {
        inner(n);
    }
    return ();
}

func inner(m: felt) {
    alloc_locals;
    local result;
    %{
        limit = 2
        if ids.m > limit:
            raise LookupError(f'too many: {ids.m}')
        ids.result = 1
    %}
    return ();
}
"""

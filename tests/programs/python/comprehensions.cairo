%builtins output
from probe import finish_probe, start_probe

// Comprehensions and generator expressions see the names of the hint, also imported ones.
func main{output_ptr: felt*}() {
    alloc_locals;
    local n = 4;
    start_probe();
    %{
        from math import gcd

        factor = 3
        say("list", [i * factor for i in range(ids.n)])
        say("nested", [(i, j) for i in range(2) for j in range(i + 1) if factor])
        say("imported", [gcd(12, i) for i in range(1, 5)])
        say("dict", {k: memory[fp] for k in "ab"})
        say("set", sorted({i % 2 for i in range(5)}))
        say("generator", sum(i for i in range(ids.n)))
        say("memory", [memory.get(fp + i, "-") for i in range(2)])
        say("inner function", list(map(lambda i: i + factor, range(2))))
        say("all", all(memory[fp] == 4 for _ in range(2)))
        squares = (i * i for i in range(ids.n))
    %}
    ap += 1;
    %{ say("kept generator", list(squares)) %}
    finish_probe();
    return ();
}

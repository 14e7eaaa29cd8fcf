%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.segments import relocate_segment

struct Pair {
    first: felt,
    second: felt*,
}

// A rule leads into a temporary segment that gets its own rule only later: values follow as far as the
// way is known, at every moment.
func main{output_ptr: felt*}() {
    alloc_locals;
    local inner: felt*;
    local outer: felt*;
    local real: felt*;
    local copy: felt*;
    local pair: Pair*;
    start_probe();
    %{
        ids.inner = inner = segments.add_temp_segment()
        ids.outer = outer = segments.add_temp_segment()
        ids.real = real = segments.add()
        ids.copy = inner + 2
        ids.pair = inner + 5
        memory[inner] = 10
        memory[inner + 1] = inner + 3
        memory[outer] = inner + 4
        place = fp

        def look(when, memory, ids):
            say(when, [str(value) for value in (ids.inner, ids.outer, ids.copy, ids.pair.address_)])
            say("by get_range", list(map(str, memory.get_range(place, 3))))
            say("inside", [str(memory.get(inner + i)) for i in range(8)])
            say("outside", [str(memory.get(outer + i)) for i in range(10)])
            say("real", [str(memory.get(real + i)) for i in range(11)])
            relocated = map(memory.relocate_value, (inner, inner + 5, outer + 1, real, 7))
            say("relocate_value", list(map(str, relocated)))
            say("accessed", [is_accessed(cell + 2) for cell in (inner, outer, real)])

        look("before", memory, ids)
    %}
    // Cairo code writes through the inner pointer, and copies it.
    assert inner[2] = 12;
    assert inner[5] = 15;
    assert inner[6] = cast(inner + 1, felt);
    tempvar early = inner + 1;
    assert [output_ptr] = copy - inner;
    let output_ptr = output_ptr + 1;
    %{ look("written", memory, ids) %}

    relocate_segment(src_ptr=inner, dest_ptr=outer + 1);
    %{ look("between", memory, ids) %}
    assert early = outer + 2;
    assert copy = outer + 3;
    assert [outer] = cast(outer + 5, felt);
    assert [output_ptr] = inner - outer;
    let output_ptr = output_ptr + 1;
    // What was behind the inner pointer is out of reach now: this writes a cell of the outer segment.
    assert inner[2] = 12;
    assert pair.first = 15;
    assert inner[8] = 18;
    tempvar middle = inner + 2;
    %{
        look("between, written", memory, ids)
        show("pair", lambda: (ids.pair.first, str(memory.get(ids.pair.address_ + 1))))
        memory[outer + 5] = outer + 6
        show("rewrite with what is read", lambda: memory.__setitem__(outer + 5, outer + 6))
    %}

    relocate_segment(src_ptr=outer, dest_ptr=real + 1);
    %{ look("after", memory, ids) %}
    assert early = real + 3;
    assert middle = real + 4;
    assert copy = real + 4;
    assert [output_ptr] = inner - real;
    assert [output_ptr + 1] = outer - real;
    let output_ptr = output_ptr + 2;
    assert outer[4] = cast(real + 5, felt);
    assert inner[2] = 12;
    assert inner[7] = 17;
    assert pair.first = 15;
    assert pair.second = early;
    let (again) = identity(inner);
    assert again = real + 2;
    %{
        look("after, written", memory, ids)
        ids.again = real + 2
        say("pair", (ids.pair.first, str(ids.pair.second)))
        later = inner + 6
        memory[ap + 5] = later
        say("written later", str(memory[ap + 5]))
    %}
    finish_probe();
    return ();
}

func identity(value: felt*) -> (value: felt*) {
    return (value=value);
}

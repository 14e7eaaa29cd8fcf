%builtins range_check
from starkware.cairo.common.set import set_add
from starkware.cairo.common.usort import usort
from starkware.cairo.common.find_element import find_element, search_sorted, search_sorted_lower
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.memset import memset
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.copy_indices import copy_indices
from starkware.cairo.common.segments import relocate_segment
from starkware.cairo.common.log2_ceil import log2_ceil
from starkware.cairo.common.invoke import invoke
from starkware.cairo.common.registers import get_fp_and_pc, get_label_location

struct Pair {
    key: felt,
    value: felt,
}

func main{range_check_ptr}() {
    alloc_locals;
    let (local set: Pair*) = alloc();
    let set_end = cast(set, felt*);
    let (__fp__, _) = get_fp_and_pc();
    local p0: Pair = Pair(1, 2);
    local p1: Pair = Pair(3, 4);
    set_add{set_end_ptr=set_end}(set_ptr=cast(set, felt*), elm_size=Pair.SIZE, elm_ptr=cast(&p0, felt*));
    set_add{set_end_ptr=set_end}(set_ptr=cast(set, felt*), elm_size=Pair.SIZE, elm_ptr=cast(&p1, felt*));
    set_add{set_end_ptr=set_end}(set_ptr=cast(set, felt*), elm_size=Pair.SIZE, elm_ptr=cast(&p0, felt*));
    let (local arr: felt*) = alloc();
    assert arr[0] = 9;
    assert arr[1] = 2;
    assert arr[2] = 9;
    assert arr[3] = 5;
    let (local n, local sorted, local multiplicities) = usort(4, arr);
    let (local found: Pair*) = find_element(set, Pair.SIZE, 2, 3);
    let (local found2: Pair*, local ok) = search_sorted(set, Pair.SIZE, 2, 1);
    let (local found3: Pair*) = search_sorted_lower(set, Pair.SIZE, 2, 2);
    let (copy: felt*) = alloc();
    memcpy(copy, arr, 4);
    let (filled: felt*) = alloc();
    memset(filled, 3, 12);
    let bits = log2_ceil(1000);
    local bits = bits;
    %{ print(ids.n, memory.get_range(ids.sorted, ids.n), ids.found.value, ids.ok, ids.found3.key, ids.bits) %}
    local temporary: felt*;
    local destination: felt*;
    %{
        ids.temporary = segments.add_temp_segment()
        ids.destination = segments.add()
    %}
    assert temporary[0] = 5;
    relocate_segment(temporary, destination);
    return ();
}

// Rules that hints register, called for what hints write and for what Cairo code does.
from starkware.cairo.common.alloc import alloc
func main() {
    alloc_locals;
    let (checked: felt*) = alloc();
    let (deduced: felt*) = alloc();
    let (ec: felt*) = alloc();
    %{
        calls = []
        def below(memory, addr, limit):
            calls.append((str(addr), memory[addr], type(memory).__name__))
            assert memory[addr] < limit, f"{memory[addr]} at {addr} is not below {limit}"
            return {addr, addr + 1}
        vm_add_validation_rule(ids.checked.segment_index, below, 100)
        def double(vm, addr):
            memory = vm.run_context.memory
            if addr.offset % 2 == 0 or addr - 1 not in memory:
                return None
            assert vm.is_integer_value(memory[addr - 1])
            return memory[addr - 1] * 2
        vm_add_auto_deduction_rule(segment_index=ids.deduced.segment_index, rule=double)
        memory[ids.checked] = 5
        memory[ids.checked] = 5
        memory[ids.checked + 1] = 500
        segments.load_data(ids.checked + 10, [1000])
        try:
            memory[ids.checked + 4] = 200
        except AssertionError as e:
            print(e)
        memory[ids.checked + 6] = -PRIME + 7
        print(calls)
    %}
    assert checked[2] = 50;
    assert deduced[0] = 21;
    tempvar d = deduced[1];
    assert d = 42;
    %{ print(calls, memory[ids.deduced + 1], memory.get(ids.deduced + 3)) %}
    assert checked[8] = 7;
    assert checked[12] = 101;
    ret;
}

%builtins output range_check
// The VM as rules get it, and as the functions of a hint belong to it.
from starkware.cairo.common.alloc import alloc
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (deduced: felt*) = alloc();
    %{
        from starkware.cairo.lang.vm.vm_core import VirtualMachine, RunContext
        from starkware.cairo.lang.vm.virtual_machine_base import VirtualMachineBase
        def look(vm):
            context = vm.run_context
            print(type(vm) == VirtualMachine, isinstance(vm, VirtualMachineBase), vm.prime == PRIME)
            print(type(context) == RunContext, isinstance(context, RunContext))
            print(context.prime == vm.prime, context.memory is vm.static_locals["segments"].memory)
            print(sorted(vm.builtin_runners), sorted(vm.static_locals), len(vm.exec_scopes))
            print(vm.validated_memory[context.fp - 2], vm.validated_memory.prime == PRIME)
            print(type(vm.program), vm.program.main, vm.ecdsa_additional_data)
            print(vm.is_integer_value(5), vm.is_zero(0), vm.check_eq(3, 3), vm.is_accessed(context.pc))
            print(context.pc in vm.accessed_addresses, context.fp + 100 in vm.accessed_addresses)
        vm = vm_enter_scope.__self__
        look(vm)
        for function in (vm_exit_scope, vm_load_program, is_accessed, vm_add_validation_rule):
            assert function.__self__ is vm
        print(vm.run_context.pc == pc, vm.run_context.ap == ap, vm.current_step == current_step)
        print(vm.get_location(pc).inst, len(vm.error_message_attributes))
        print(vm.get_traceback())
        print(vm.decode_current_instruction())
        print(vm.as_vm_exception(ValueError("shown")))
        try:
            vm_add_validation_rule()
        except TypeError as e:
            print(e)
        try:
            vm.nope
        except AttributeError as e:
            print(e)
        seen, raw = [], segments.memory
        def rule(vm, addr, factor):
            if not seen:
                seen.append(addr)
                print(type(vm) == VirtualMachine, vm.is_integer_value(addr), factor)
                print(vm.run_context.memory.get(addr), len(vm.auto_deduction[addr.segment_index]))
                print(vm.exec_scopes[0]["seen"] is seen, type(vm.validated_memory).__name__)
            return addr.offset * factor
        vm.add_auto_deduction_rule(ids.deduced.segment_index, rule, 7)
        print(len(vm.auto_deduction[ids.deduced.segment_index]))
        def check(memory, addr):
            print(type(memory).__name__, memory is raw, memory[addr])
            return {addr}
        vm.add_validation_rule(ids.deduced.segment_index, check)
        memory[ids.deduced + 9] = 63
        vm.enter_scope({"look": look, "new": 1})
    %}
    tempvar x = deduced[3];
    assert x = 21;
    %{
        print(new)
        vm_exit_scope.__self__.exit_scope()
    %}
    return ();
}

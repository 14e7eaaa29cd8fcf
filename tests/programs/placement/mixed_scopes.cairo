%builtins output
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.memset import memset

// Scopes that one side enters and the other one leaves.
func main{output_ptr: felt*}() {
    alloc_locals;
    let (local array) = alloc();
    %{
        mine = 1
        vm_enter_scope({'mine': 10})
    %}
    memset(array, 7, 3);
    %{ mine += 1 %}
    %{
        print(mine)
        vm_exit_scope()
        vm_enter_scope()
        vm_enter_scope({'mine': 20})
    %}
    memset(array + 3, 8, 2);
    %{ print(mine) %}
    %{ vm_exit_scope() %}
    %{ print('mine' in globals()) %}
    %{ vm_enter_scope() %}
    %{ mine = 30 %}
    %{ vm_exit_scope() %}
    %{ print('mine' in globals()) %}
    %{ vm_exit_scope() %}
    %{ print(mine) %}
    %{ vm_enter_scope() %}
    memset(array + 5, 9, 1);
    %{ vm_exit_scope(); vm_enter_scope(); mine = 2 %}
    %{ print('mine' in globals()) %}
    %{ vm_exit_scope() %}
    assert [output_ptr] = array[4];
    let output_ptr = output_ptr + 1;
    return ();
}

%builtins output range_check
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.math import assert_le_felt, assert_nn_le, unsigned_div_rem
from starkware.cairo.common.usort import usort

// Hints of the program with a class, closures and a scope of their own beside those of the library.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{
        class Counter:
            def __init__(self):
                self.count = 0
            def up(self):
                self.count += 1
                return self.count
        counter = Counter()
        vm_enter_scope({'counter': counter})
    %}
    let (local start) = default_dict_new(0);
    let dict = start;
    dict_write{dict_ptr=dict}(5, 50);
    local own;
    %{ ids.own = counter.up() + counter.up() %}
    dict_write{dict_ptr=dict}(own, 60);
    assert_le_felt(own, 5);
    let (q, r) = unsigned_div_rem(100, own);
    let (value) = dict_read{dict_ptr=dict}(3);
    assert [output_ptr] = value;
    assert [output_ptr + 1] = q;
    let (length, sorted, _) = usort(input_len=4, input=new (own, 9, 9, 1));
    assert [output_ptr + 2] = length;
    assert [output_ptr + 3] = sorted[2];
    let output_ptr = output_ptr + 4;
    default_dict_finalize(start, dict, 0);
    %{
        print(counter.up())
        vm_exit_scope()
    %}
    %{ print(counter.count) %}
    return ();
}

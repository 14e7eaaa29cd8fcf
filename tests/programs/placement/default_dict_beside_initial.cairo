%builtins output range_check
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.dict_access import DictAccess

// A default dictionary does not look at `initial_dict`; the twin does.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local dict_accesses_end: DictAccess*) = default_dict_new(7);
    dict_write{dict_ptr=dict_accesses_end}(1, 100);
    %{
        # Prepare arguments for dict_new. In particular, the same dictionary values should be copied
        # to the new (squashed) dictionary.
        vm_enter_scope({
            # Make __dict_manager accessible.
            '__dict_manager': __dict_manager,
            # Create a copy of the dict, in case it changes in the future.
            'initial_dict': dict(__dict_manager.get_dict(ids.dict_accesses_end)),
        })
    %}
    let (dict) = default_dict_new(8);
    let (value) = dict_read{dict_ptr=dict}(1);
    assert [output_ptr] = value;
    let output_ptr = output_ptr + 1;
    %{ vm_exit_scope() %}
    return ();
}

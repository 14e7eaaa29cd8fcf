%builtins range_check
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict import dict_new, dict_write
from starkware.cairo.common.dict_access import DictAccess

// `initial_dict` is used up; the twin leaves it there.
func main{range_check_ptr}() {
    alloc_locals;
    let (local dict_accesses_end: DictAccess*) = default_dict_new(7);
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
    dict_new();
    dict_new();
    return ();
}

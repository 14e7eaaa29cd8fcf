%builtins range_check
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict_access import DictAccess

// The cell has another value. The twin moves the dictionary's pointer first.
func main{range_check_ptr}() {
    alloc_locals;
    let (local dict_ptr: DictAccess*) = default_dict_new(7);
    local key = 1;
    local new_value = 9;
    assert dict_ptr.prev_value = 8;
    %{
        dict_tracker = __dict_manager.get_tracker(ids.dict_ptr)
        dict_tracker.current_ptr += ids.DictAccess.SIZE
        ids.dict_ptr.prev_value = dict_tracker.data[ids.key]
        dict_tracker.data[ids.key] = ids.new_value
    %}
    return ();
}

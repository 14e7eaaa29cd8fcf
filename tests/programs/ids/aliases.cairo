%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.uint256 import Uint256 as Wide, ALL_ONES as ONES, SHIFT
from starkware.cairo.common.dict_access import DictAccess

// Imported names under their own and under new names.
func main{output_ptr: felt*}() {
    alloc_locals;
    local value: Wide = Wide(low=1, high=2);
    start_probe();
    %{
        show("struct", lambda: (ids.Wide.SIZE, ids.Wide.high))
        show("value", lambda: (ids.value.low, ids.value.high))
        show("constants", lambda: (ids.ONES, ids.SHIFT))
        show("old name", lambda: ids.ALL_ONES)
        show("imported struct", lambda: (ids.DictAccess.key, ids.DictAccess.SIZE))
        show("type", lambda: ids.value.type_ == ids.Wide)
    %}
    finish_probe();
    return ();
}

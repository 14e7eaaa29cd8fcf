%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_read, dict_write
from starkware.cairo.common.find_element import find_element
from starkware.cairo.common.math import assert_le_felt, assert_nn_le, split_felt, unsigned_div_rem
from starkware.cairo.common.math_cmp import is_le_felt
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.memset import memset
from starkware.cairo.common.uint256 import Uint256, uint256_add, uint256_unsigned_div_rem
from starkware.cairo.common.usort import usort

// Long, and every hint is of the standard library.
func main{output_ptr: felt*, range_check_ptr}() {
    rounds(4000);
    return ();
}

func rounds{range_check_ptr}(count: felt) {
    alloc_locals;
    if (count == 0) {
        return ();
    }
    let (local array) = alloc();
    memset(array, count, 20);
    memcpy(array + 20, array, 20);
    let (local start) = default_dict_new(0);
    let dict = start;
    dict_write{dict_ptr=dict}(count, 1);
    dict_write{dict_ptr=dict}(2, count);
    dict_read{dict_ptr=dict}(count);
    default_dict_finalize(start, dict, 0);
    assert_le_felt(count, 2 ** 200 + count);
    assert_nn_le(count, 2 ** 20);
    let (q, r) = unsigned_div_rem(count * 1000, 7);
    split_felt(count * 2 ** 150);
    is_le_felt(count, q);
    let (sum, _) = uint256_add(Uint256(count, 2 ** 127), Uint256(-1 * 0, 3));
    uint256_unsigned_div_rem(sum, Uint256(3, 0));
    let (_, sorted, _) = usort(input_len=5, input=new (count, 7, count, 3, 9));
    find_element(array_ptr=sorted, elm_size=1, n_elms=3, key=7);
    return rounds(count - 1);
}

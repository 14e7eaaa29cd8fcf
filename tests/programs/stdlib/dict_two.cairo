%builtins output range_check
from starkware.cairo.common.dict import dict_new, dict_read, dict_squash, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.serialize import serialize_word

// Two dictionaries at once, with pointers as values.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    %{ initial_dict = {1: 0} %}
    let (first) = dict_new();
    %{ initial_dict = {5: 6} %}
    let (second) = dict_new();
    let first_start = first;
    let second_start = second;
    dict_write{dict_ptr=first}(1, 100);
    dict_write{dict_ptr=second}(5, 7);
    let (other) = dict_read{dict_ptr=first}(1);
    assert other = 100;
    let (value) = dict_read{dict_ptr=second}(5);
    let (_, first_end) = dict_squash(first_start, first);
    let (_, second_end) = dict_squash(second_start, second);
    serialize_word(value);
    return ();
}

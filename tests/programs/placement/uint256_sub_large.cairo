%builtins output range_check
from starkware.cairo.common.uint256 import SHIFT, Uint256


// The difference is 2**256 or more.
func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    local a: Uint256 = Uint256(5, 2 ** 130);
    local b: Uint256 = Uint256(3, 1);
    local res: Uint256;
    %{
        def split(num: int, num_bits_shift: int = 128, length: int = 2):
            a = []
            for _ in range(length):
                a.append( num & ((1 << num_bits_shift) - 1) )
                num = num >> num_bits_shift
            return tuple(a)

        def pack(z, num_bits_shift: int = 128) -> int:
            limbs = (z.low, z.high)
            return sum(limb << (num_bits_shift * i) for i, limb in enumerate(limbs))

        a = pack(ids.a)
        b = pack(ids.b)
        res = (a - b)%2**256
        res_split = split(res)
        ids.res.low = res_split[0]
        ids.res.high = res_split[1]
    %}
    assert [output_ptr] = res.low;
    assert [output_ptr + 1] = res.high;
    let output_ptr = output_ptr + 2;
    return ();
}

%builtins range_check
from starkware.cairo.common.cairo_secp.bigint3 import BigInt3
from starkware.cairo.common.cairo_secp.ec_point import EcPoint
from starkware.cairo.common.registers import get_fp_and_pc
from starkware.cairo.common.secp256r1.ec import ec_add, ec_double, ec_mul_by_uint256, try_get_point_from_x
from starkware.cairo.common.uint256 import Uint256

func main{range_check_ptr}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local point: EcPoint;
    let (found) = try_get_point_from_x(BigInt3(5, 0, 0), 0, &point);
    let (local double) = ec_double(point);
    let (local sum) = ec_add(point, double);
    let (local product) = ec_mul_by_uint256(point, Uint256(77, 5));
    %{ print(ids.point.x.d0, ids.double.y.d1, ids.sum.x.d2, ids.product.x.d0) %}
    return ();
}

%builtins range_check bitwise
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin
from starkware.cairo.common.cairo_secp.bigint import BigInt3
from starkware.cairo.common.cairo_secp.ec import ec_add, ec_double, ec_mul, ec_negate
from starkware.cairo.common.cairo_secp.ec_point import EcPoint
from starkware.cairo.common.cairo_secp.field import is_zero
from starkware.cairo.common.cairo_secp.bigint3 import SumBigInt3
from starkware.cairo.common.cairo_secp.signature import div_mod_n, get_generator_point

func main{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local generator: EcPoint) = get_generator_point();
    let (double: EcPoint) = ec_double(generator);
    let (local sum: EcPoint) = ec_add(generator, double);
    let (local neg: EcPoint) = ec_negate(sum);
    let (local product: EcPoint) = ec_mul(generator, BigInt3(12345, 0, 0));
    let (local quotient: BigInt3) = div_mod_n(BigInt3(5, 6, 7), BigInt3(3, 2, 1));
    let (zero) = is_zero(SumBigInt3(0, 0, 0));
    let (not_zero) = is_zero(SumBigInt3(1, 0, 0));
    %{ print(ids.sum.x.d0, ids.neg.y.d2, ids.product.x.d1, ids.quotient.d0) %}
    return ();
}

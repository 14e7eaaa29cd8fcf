//! `starkware.cairo.common.cairo_secp`: numbers of three limbs, and the constants of two curves. Must not know
//! how a struct is read.

use super::felts::as_int;
use super::{Constant, Context, Decline, Function, Value, argument};
use crate::engines::compiled::value::Integer;

const MODULE: &str = "starkware.cairo.common.cairo_secp.secp_utils";
const SECP256R1: &str = "starkware.cairo.common.cairo_secp.secp256r1_utils";
const CURVE_K1: &str = "starkware.cairo.common.cairo_secp.secp_utils:SECP256K1";
const CURVE_R1: &str = "starkware.cairo.common.cairo_secp.secp_utils:SECP256R1";

// The numbers of the two curves, as SEC 2 has them.
const K1_PRIME: &str =
    "115792089237316195423570985008687907853269984665640564039457584007908834671663";
const K1_ALPHA: &str = "0";
const K1_BETA: &str = "7";
const K1_ORDER: &str =
    "115792089237316195423570985008687907852837564279074904382605163141518161494337";
const R1_PRIME: &str =
    "115792089210356248762697446949407573530086143415290314195533631308867097853951";
const R1_ALPHA: &str =
    "115792089210356248762697446949407573530086143415290314195533631308867097853948";
const R1_BETA: &str =
    "41058363725152142129326129780047268409114441015993725554835256314039467401291";
const R1_ORDER: &str =
    "115792089210356248762697446949407573529996955224135760342422259061068512044369";

/// The bits of a limb.
const LIMB: i64 = 86;

pub(super) static PACK: Function = Function {
    module: MODULE,
    name: "pack",
    parameters: &["z", "prime"],
    required: 2,
    variadic: false,
    is_type: false,
    run: pack,
};

pub(super) static SPLIT: Function = Function {
    module: MODULE,
    name: "split",
    parameters: &["num"],
    required: 1,
    variadic: false,
    is_type: false,
    run: split,
};

fn pack(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let (Value::Struct(number), prime) = (argument(arguments, 0)?, argument(arguments, 1)?) else {
        return Err(Decline("limbs that are no struct"));
    };
    // All are read before any is looked at, and the first is added to zero.
    let read = context.member;
    let limbs = [
        read(number, "d0")?,
        read(number, "d1")?,
        read(number, "d2")?,
    ];
    let mut sum = Integer::ZERO;
    for (limb, shift) in limbs.iter().zip([0, LIMB, 2 * LIMB]) {
        let limb = as_int(limb, prime, context)?.integer()?;
        sum = sum.add(&limb.shl(&shift.into(), context.fuel)?, context.fuel)?;
    }
    Ok(sum.into())
}

fn split(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let base = Integer::ONE.shl(&LIMB.into(), context.fuel)?;
    let mut rest = argument(arguments, 0)?.integer()?;
    let mut limbs = Vec::with_capacity(3);
    for _ in 0..3 {
        let (quotient, limb) = rest.divmod(&base, context.fuel)?;
        limbs.push(limb.into());
        rest = quotient;
    }
    if !rest.is_zero() {
        return Err(Decline("a number of more than three limbs"));
    }
    Value::list(limbs, context.fuel)
}

pub(super) const SECP_CONSTANTS: &[Constant] = &[
    Constant {
        module: MODULE,
        name: "BASE",
        value: "77371252455336267181195264",
    },
    Constant {
        module: MODULE,
        name: "SECP_P",
        value: K1_PRIME,
    },
    Constant {
        module: MODULE,
        name: "N",
        value: K1_ORDER,
    },
    Constant {
        module: MODULE,
        name: "ALPHA",
        value: K1_ALPHA,
    },
    Constant {
        module: MODULE,
        name: "BETA",
        value: K1_BETA,
    },
];

pub(super) const SECP256R1_CONSTANTS: &[Constant] = &[
    Constant {
        module: SECP256R1,
        name: "SECP256R1_P",
        value: R1_PRIME,
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_N",
        value: R1_ORDER,
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_ALPHA",
        value: R1_ALPHA,
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_BETA",
        value: R1_BETA,
    },
];

pub(super) const SECP256K1_CURVE: &[Constant] =
    &curve(CURVE_K1, [K1_PRIME, K1_ALPHA, K1_BETA, K1_ORDER]);

pub(super) const SECP256R1_CURVE: &[Constant] =
    &curve(CURVE_R1, [R1_PRIME, R1_ALPHA, R1_BETA, R1_ORDER]);

/// What an object `Curve` has.
const fn curve(
    module: &'static str,
    [prime, alpha, beta, order]: [&'static str; 4],
) -> [Constant; 4] {
    const fn constant(module: &'static str, name: &'static str, value: &'static str) -> Constant {
        Constant {
            module,
            name,
            value,
        }
    }
    [
        constant(module, "prime", prime),
        constant(module, "alpha", alpha),
        constant(module, "beta", beta),
        constant(module, "order", order),
    ]
}

//! `starkware.cairo.common.cairo_secp`: numbers of three limbs, and the constants of two curves. Must not know
//! how a struct is read.

use super::felts::as_int;
use super::{Constant, Context, Decline, Function, Value, argument};
use crate::engines::compiled::value::Integer;

const MODULE: &str = "starkware.cairo.common.cairo_secp.secp_utils";
const SECP256R1: &str = "starkware.cairo.common.cairo_secp.secp256r1_utils";

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
        value: "115792089237316195423570985008687907853269984665640564039457584007908834671663",
    },
    Constant {
        module: MODULE,
        name: "N",
        value: "115792089237316195423570985008687907852837564279074904382605163141518161494337",
    },
    Constant {
        module: MODULE,
        name: "ALPHA",
        value: "0",
    },
    Constant {
        module: MODULE,
        name: "BETA",
        value: "7",
    },
];

pub(super) const SECP256R1_CONSTANTS: &[Constant] = &[
    Constant {
        module: SECP256R1,
        name: "SECP256R1_P",
        value: "115792089210356248762697446949407573530086143415290314195533631308867097853951",
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_N",
        value: "115792089210356248762697446949407573529996955224135760342422259061068512044369",
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_ALPHA",
        value: "115792089210356248762697446949407573530086143415290314195533631308867097853948",
    },
    Constant {
        module: SECP256R1,
        name: "SECP256R1_BETA",
        value: "41058363725152142129326129780047268409114441015993725554835256314039467401291",
    },
];

//! The functions of `starkware.python.math_utils` over points of curves, and the constants of the curve of
//! signatures. Must not know whose points they are.

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use super::super::value::Fuel;
use super::residues::{div_mod, is_quad_residue, sqrt};
use super::{Constant, Context, Decline, Function, Value, argument};
use crate::engines::compiled::value::Integer;

const MODULE: &str = "starkware.python.math_utils";
const SIGNATURE: &str = "starkware.crypto.signature.signature";

pub(super) static LINE_SLOPE: Function = Function::of(
    MODULE,
    "line_slope",
    &["point1", "point2", "p"],
    |context, arguments| {
        let (first, second) = (point(arguments, 0, context)?, point(arguments, 1, context)?);
        Ok(line_slope(&first, &second, &integer(arguments, 2)?, context.fuel)?.into())
    },
);
pub(super) static EC_ADD: Function = Function::of(
    MODULE,
    "ec_add",
    &["point1", "point2", "p"],
    |context, arguments| {
        let (first, second) = (point(arguments, 0, context)?, point(arguments, 1, context)?);
        let p = integer(arguments, 2)?;
        let slope = line_slope(&first, &second, &p, context.fuel)?;
        third(&slope, &first, &second, &p, context.fuel)
    },
);
pub(super) static EC_DOUBLE_SLOPE: Function = Function::of(
    MODULE,
    "ec_double_slope",
    &["point", "alpha", "p"],
    |context, arguments| {
        let (alpha, p) = (integer(arguments, 1)?, integer(arguments, 2)?);
        let point = point(arguments, 0, context)?;
        Ok(double_slope(&point, &alpha, &p, context.fuel)?.into())
    },
);
pub(super) static EC_DOUBLE: Function = Function::of(
    MODULE,
    "ec_double",
    &["point", "alpha", "p"],
    |context, arguments| {
        let (alpha, p) = (integer(arguments, 1)?, integer(arguments, 2)?);
        let point = point(arguments, 0, context)?;
        let slope = double_slope(&point, &alpha, &p, context.fuel)?;
        third(&slope, &point, &point, &p, context.fuel)
    },
);
pub(super) static Y_SQUARED_FROM_X: Function = Function::of(
    MODULE,
    "y_squared_from_x",
    &["x", "alpha", "beta", "field_prime"],
    |context, arguments| y_squared(arguments, context.fuel).map(Value::from),
);
pub(super) static RECOVER_Y: Function = Function::of(
    MODULE,
    "recover_y",
    &["x", "alpha", "beta", "field_prime"],
    |context, arguments| {
        let square = y_squared(arguments, context.fuel)?;
        let p = match argument(arguments, 3)? {
            Value::Integer(p) => p,
            _ => return Err(Decline("an argument that is no integer")),
        };
        if !is_quad_residue(&square, p, context.fuel)? {
            return Err(Decline("a point that is not on the curve"));
        }
        Ok(sqrt(&square, p, context.fuel)?.into())
    },
);

pub(super) static RANDOM_EC_POINT: Function = Function::of(
    MODULE,
    "random_ec_point",
    &["field_prime", "alpha", "beta", "seed"],
    |context, arguments| {
        let Value::Bytes(seed) = argument(arguments, 3)? else {
            return Err(Decline("a point of no seed"));
        };
        let p = match argument(arguments, 0)? {
            Value::Integer(p) if p.bits() <= 256 => p,
            _ => return Err(Decline("an argument that is no integer")),
        };
        context.fuel.spend_items(seed.len())?;
        let seed = Sha256::digest(seed);
        for counter in 0..100_u8 {
            context.fuel.spend(1_000)?;
            let mut counted = [0; 10];
            counted[0] = counter;
            let x = Sha256::new().chain_update(&seed[1..]).chain_update(counted);
            let x = Integer::from(BigUint::from_bytes_be(&x.finalize()));
            let [prime, alpha, beta] = [0, 1, 2].map(|place| arguments[place].clone());
            let given = [Some(x.clone().into()), alpha, beta, prime];
            let square = y_squared(&given, context.fuel)?;
            if !is_quad_residue(&square, p, context.fuel)? {
                continue;
            }
            let root = sqrt(&square, p, context.fuel)?;
            let y = match seed[0] & 1 {
                0 => root,
                _ => root.neg(context.fuel)?,
            };
            let y = y.modulo(p, context.fuel)?;
            return Value::tuple(vec![x.into(), y.into()], context.fuel);
        }
        Err(Decline("no point of the curve"))
    },
);

pub(super) const SIGNATURE_CONSTANTS: &[Constant] = &[
    Constant {
        module: SIGNATURE,
        name: "FIELD_PRIME",
        value: "3618502788666131213697322783095070105623107215331596699973092056135872020481",
    },
    Constant {
        module: SIGNATURE,
        name: "FIELD_GEN",
        value: "3",
    },
    Constant {
        module: SIGNATURE,
        name: "ALPHA",
        value: "1",
    },
    Constant {
        module: SIGNATURE,
        name: "BETA",
        value: "3141592653589793238462643383279502884197169399375105820974944592307816406665",
    },
    Constant {
        module: SIGNATURE,
        name: "EC_ORDER",
        value: "3618502788666131213697322783095070105526743751716087489154079457884512865583",
    },
];

struct Point {
    x: Integer,
    y: Integer,
}

fn line_slope(
    first: &Point,
    second: &Point,
    p: &Integer,
    fuel: &mut Fuel,
) -> Result<Integer, Decline> {
    let width = first.x.sub(&second.x, fuel)?;
    if width.modulo(p, fuel)?.is_zero() {
        return Err(Decline("points above each other"));
    }
    div_mod(&first.y.sub(&second.y, fuel)?, &width, p, fuel)
}

fn double_slope(
    point: &Point,
    alpha: &Integer,
    p: &Integer,
    fuel: &mut Fuel,
) -> Result<Integer, Decline> {
    if point.y.modulo(p, fuel)?.is_zero() {
        return Err(Decline("a point on the axis"));
    }
    let rise = point.x.mul(&point.x, fuel)?.mul(&3.into(), fuel)?;
    let twice = point.y.mul(&2.into(), fuel)?;
    div_mod(&rise.add(alpha, fuel)?, &twice, p, fuel)
}

/// Where the line through two points meets the curve again, on the other side of the axis.
fn third(
    slope: &Integer,
    first: &Point,
    second: &Point,
    p: &Integer,
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    let square = slope.mul(slope, fuel)?;
    let x = square
        .sub(&first.x, fuel)?
        .sub(&second.x, fuel)?
        .modulo(p, fuel)?;
    let rise = slope.mul(&first.x.sub(&x, fuel)?, fuel)?;
    let y = rise.sub(&first.y, fuel)?.modulo(p, fuel)?;
    Value::tuple(vec![x.into(), y.into()], fuel)
}

fn y_squared(arguments: &[Option<Value>], fuel: &mut Fuel) -> Result<Integer, Decline> {
    let (x, alpha) = (integer(arguments, 0)?, integer(arguments, 1)?);
    let (beta, p) = (integer(arguments, 2)?, integer(arguments, 3)?);
    let cube = x.pow(&3.into(), Some(&p), fuel)?;
    let sum = cube.add(&alpha.mul(&x, fuel)?, fuel)?.add(&beta, fuel)?;
    sum.modulo(&p, fuel)
}

/// A point of a tuple or a list, of which only the first two values are looked at.
fn point(
    arguments: &[Option<Value>],
    place: usize,
    context: &mut Context<'_>,
) -> Result<Point, Decline> {
    let value = argument(arguments, place)?;
    Ok(Point {
        x: value.subscript(&0.into(), context.fuel)?.integer()?,
        y: value.subscript(&1.into(), context.fuel)?.integer()?,
    })
}

fn integer(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    argument(arguments, place)?.integer()
}

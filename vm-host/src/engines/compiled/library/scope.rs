//! The functions that every scope has while a hint runs in it: arithmetic in the field. No variable keeps one, because
//! nothing could say to Python which it is. Must not know modules.

use super::builtins::int;
use super::residues::{SAFE_DIV, div_mod, is_quad_residue, sqrt};
use super::{Context, Decline, Function, Value, argument, optional};
use crate::engines::compiled::value::{Binary, Integer};

/// Stands where a module's name does.
pub(crate) const SCOPE: &str = "(scope)";

/// The function of a name that every scope has.
pub(crate) fn of_every_scope(name: &str) -> Option<&'static Function> {
    ALL.iter().copied().find(|function| function.name == name)
}

static ALL: [&Function; 9] = [
    &FADD,
    &FSUB,
    &FMUL,
    &FDIV,
    &FPOW,
    &FIS_QUAD_RESIDUE,
    &FSQRT,
    &SCOPE_SAFE_DIV,
    &TO_FELT_OR_RELOCATABLE,
];

type Run = fn(&mut Context<'_>, &[Option<Value>]) -> Result<Value, Decline>;

const fn field(name: &'static str, parameters: &'static [&'static str], run: Run) -> Function {
    Function {
        required: parameters.len() - 1,
        ..Function::of(SCOPE, name, parameters, run)
    }
}

static FADD: Function = field("fadd", &["a", "b", "p"], |context, arguments| {
    reduced(Binary::Add, context, arguments)
});
static FSUB: Function = field("fsub", &["a", "b", "p"], |context, arguments| {
    reduced(Binary::Subtract, context, arguments)
});
static FMUL: Function = field("fmul", &["a", "b", "p"], |context, arguments| {
    reduced(Binary::Multiply, context, arguments)
});
static FDIV: Function = field("fdiv", &["a", "b", "p"], |context, arguments| {
    let prime = modulus(arguments, 2)?;
    let (left, right) = (strict(arguments, 0)?, strict(arguments, 1)?);
    Ok(div_mod(&left, &right, &prime, context.fuel)?.into())
});
static FPOW: Function = field("fpow", &["a", "b", "p"], |context, arguments| {
    let prime = modulus(arguments, 2)?;
    let (base, exponent) = (
        argument(arguments, 0)?.integer()?,
        argument(arguments, 1)?.integer()?,
    );
    Ok(base.pow(&exponent, Some(&prime), context.fuel)?.into())
});
static FIS_QUAD_RESIDUE: Function = field("fis_quad_residue", &["a", "p"], |context, arguments| {
    let prime = prime(arguments, 1)?;
    Ok(is_quad_residue(&strict(arguments, 0)?, &prime, context.fuel)?.into())
});
static FSQRT: Function = field("fsqrt", &["a", "p"], |context, arguments| {
    let prime = prime(arguments, 1)?;
    Ok(sqrt(&strict(arguments, 0)?, &prime, context.fuel)?.into())
});
static SCOPE_SAFE_DIV: Function =
    Function::of(SCOPE, "safe_div", &["x", "y"], |context, arguments| {
        (SAFE_DIV.run)(context, arguments)
    });
static TO_FELT_OR_RELOCATABLE: Function = Function::of(
    SCOPE,
    "to_felt_or_relocatable",
    &["value"],
    |context, arguments| match argument(arguments, 0)? {
        address @ Value::Address(_) => Ok(address.clone()),
        value => int(context, &[Some(value.clone()), None]),
    },
);

/// What the operator makes of the first two, modulo the last or the prime.
fn reduced(
    operator: Binary,
    context: &mut Context<'_>,
    arguments: &[Option<Value>],
) -> Result<Value, Decline> {
    let (left, right) = (argument(arguments, 0)?, argument(arguments, 1)?);
    let value = Value::binary(operator, left, right, context.fuel)?;
    let prime = match optional(arguments, 2) {
        None => Value::Integer(Integer::prime()),
        Some(prime) => prime.clone(),
    };
    Value::binary(Binary::Modulo, &value, &prime, context.fuel)
}

/// A modulus that is left out or above one.
fn modulus(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    match optional(arguments, place) {
        None => Ok(Integer::prime()),
        Some(Value::Integer(modulus)) if *modulus > Integer::ONE => Ok(modulus.clone()),
        Some(_) => Err(Decline("an unusual modulus")),
    }
}

/// The prime, left out or given.
fn prime(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    let prime = Integer::prime();
    match optional(arguments, place) {
        None => Ok(prime),
        Some(Value::Integer(given)) if *given == prime => Ok(prime),
        Some(_) => Err(Decline("another prime")),
    }
}

fn strict(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    match argument(arguments, place)? {
        Value::Integer(integer) => Ok(integer.clone()),
        _ => Err(Decline("an argument that is no integer")),
    }
}

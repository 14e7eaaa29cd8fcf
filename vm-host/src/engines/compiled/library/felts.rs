//! `starkware.cairo.common.math_utils`: felts as integers with a sign. Must not know limbs.

use super::{Context, Decline, Function, Value, argument};

const MODULE: &str = "starkware.cairo.common.math_utils";

pub(super) static ASSERT_INTEGER: Function = Function {
    module: MODULE,
    name: "assert_integer",
    parameters: &["val"],
    required: 1,
    variadic: false,
    is_type: false,
    run: |_, arguments| argument(arguments, 0)?.integer().map(|_| Value::None),
};

pub(super) static AS_INT: Function = Function {
    module: MODULE,
    name: "as_int",
    parameters: &["val", "prime"],
    required: 2,
    variadic: false,
    is_type: false,
    run: |context, arguments| as_int(argument(arguments, 0)?, argument(arguments, 1)?, context),
};

pub(super) static IS_POSITIVE: Function = Function {
    module: MODULE,
    name: "is_positive",
    parameters: &["value", "prime", "rc_bound"],
    required: 3,
    variadic: false,
    is_type: false,
    run: is_positive,
};

/// The number between minus half of the prime and half of it. One that is there already stays the value it is.
pub(super) fn as_int(
    value: &Value,
    prime: &Value,
    context: &mut Context<'_>,
) -> Result<Value, Decline> {
    let (number, prime) = (value.integer()?, prime.integer()?);
    if number < prime.floor_div(&2.into(), context.fuel)? {
        return Ok(value.clone());
    }
    Ok(number.sub(&prime, context.fuel)?.into())
}

fn is_positive(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let number = as_int(argument(arguments, 0)?, argument(arguments, 1)?, context)?.integer()?;
    if number.abs(context.fuel)? >= argument(arguments, 2)?.integer()? {
        return Err(Decline("a value out of its range"));
    }
    Ok((number > 0.into()).into())
}

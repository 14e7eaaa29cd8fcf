//! The functions of `starkware.python.utils` that write numbers as bytes. Must not know what the bytes are for.

use super::{Context, Decline, Function, Value, argument, optional};
use crate::engines::compiled::value::bytes;

const MODULE: &str = "starkware.python.utils";
/// How long a number is when nobody says: as a hash.
const LENGTH: i64 = 32;

pub(super) static TO_BYTES: Function = Function {
    required: 1,
    ..Function::of(
        MODULE,
        "to_bytes",
        &["value", "length", "byte_order", "signed"],
        |context, arguments| {
            let number = argument(arguments, 0)?.integer()?;
            let (length, order) = (or(arguments, 1, LENGTH.into()), or(arguments, 2, big()));
            let signed = or(arguments, 3, Value::FALSE);
            let given = [Some(&length), Some(&order), Some(&signed)];
            bytes::of_integer(&number, given, context.fuel)
        },
    )
};

pub(super) static FROM_BYTES: Function = Function {
    required: 1,
    ..Function::of(
        MODULE,
        "from_bytes",
        &["value", "byte_order", "signed"],
        from_bytes,
    )
};

fn from_bytes(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let (order, signed) = (or(arguments, 1, big()), or(arguments, 2, Value::FALSE));
    let given = [Some(argument(arguments, 0)?), Some(&order), Some(&signed)];
    bytes::to_integer(given, context.fuel)
}

fn big() -> Value {
    Value::text("big")
}

/// An argument, or what is taken for one that is left out or `None`.
fn or(arguments: &[Option<Value>], place: usize, otherwise: Value) -> Value {
    match optional(arguments, place) {
        None | Some(Value::None) => otherwise,
        Some(value) => value.clone(),
    }
}

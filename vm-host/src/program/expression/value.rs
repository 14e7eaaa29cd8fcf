//! What an expression is to those who evaluate it: constants, registers, reads, arithmetic, exceptions.

use num_bigint::BigInt;
use num_traits::Zero;

use super::tree::{Operator, Register};
use crate::program::number::to_field_element;
use crate::program::places::Location;
use crate::program::raised::Raised;

/// Most values that are evaluated only for the errors they may raise: each is one level deeper, and more do
/// not fit on the wire.
const MAX_SEQUENCE: usize = 30;

/// An expression that either has a value or raises.
#[derive(Clone, Debug)]
pub(in crate::program) enum Value {
    Const(BigInt),
    Register(Register),
    Deref {
        address: Box<Value>,
        location: Option<Location>,
    },
    Operation {
        operator: Operator,
        a: Box<Value>,
        b: Box<Value>,
    },
    Raised(Raised),
}

/// Evaluates the values in order, then raises.
pub(in crate::program) fn sequence(mut values: Vec<Value>, raised: Raised) -> Value {
    values.truncate(MAX_SEQUENCE);
    values
        .into_iter()
        .rev()
        .fold(Value::Raised(raised), |rest, value| Value::Operation {
            operator: Operator::Add,
            a: Box::new(value),
            b: Box::new(rest),
        })
}

/// The operation, with constants folded.
pub(super) fn fold(operator: Operator, a: Value, b: Value) -> Value {
    match (operator, a, b) {
        (Operator::Add, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a + b)))
        }
        (Operator::Sub, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a - b)))
        }
        (Operator::Mul, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a * b)))
        }
        (Operator::Sub, a, Value::Const(b)) => fold(Operator::Add, a, Value::Const(-b)),
        (Operator::Add, a @ Value::Const(_), b) => fold(Operator::Add, b, a),
        (Operator::Add, a, Value::Const(b)) if b.is_zero() => a,
        (
            Operator::Add,
            Value::Operation {
                operator: Operator::Add,
                a,
                b,
            },
            Value::Const(c),
        ) => match *b {
            Value::Const(b) => fold(Operator::Add, *a, Value::Const(to_field_element(&(b + c)))),
            b => operate(
                Operator::Add,
                operate(Operator::Add, *a, b),
                Value::Const(c),
            ),
        },
        (operator, a, b) => operate(operator, a, b),
    }
}

pub(super) fn operate(operator: Operator, a: Value, b: Value) -> Value {
    Value::Operation {
        operator,
        a: Box::new(a),
        b: Box::new(b),
    }
}

//! A hint engine in miniature: evaluates expressions with Python's numbers and exceptions.

use std::collections::HashMap;

use hint_proto::v1;
use num_bigint::BigInt;
use num_traits::Zero;

use crate::program::number::{prime, to_field_element};

/// A Python int or relocatable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Int(BigInt),
    Relocatable { segment: i64, offset: BigInt },
}

/// Class and message of a Python exception.
pub(super) type Exception = (String, String);

/// Memory and registers of a hint.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) ap: Number,
    pub(super) fp: Number,
    pub(super) cells: HashMap<String, Number>,
}

impl std::fmt::Display for Number {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Relocatable { segment, offset } => write!(formatter, "{segment}:{offset}"),
        }
    }
}

impl Number {
    pub(super) fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((segment, offset)) => Self::Relocatable {
                segment: segment.parse().expect("a segment"),
                offset: offset.parse().expect("an offset"),
            },
            None => Self::Int(text.parse().expect("an integer")),
        }
    }

    fn map(self, reduce: impl Fn(BigInt) -> BigInt) -> Self {
        match self {
            Self::Int(value) => Self::Int(reduce(value)),
            Self::Relocatable { segment, offset } => Self::Relocatable {
                segment,
                offset: reduce(offset),
            },
        }
    }

    /// The remainder that Python's `%` gives.
    fn reduced(self) -> Self {
        self.map(|value| ((value % prime()) + prime()) % prime())
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Relocatable { .. } => "RelocatableValue",
        }
    }
}

impl Engine {
    /// The value of an expression as hints see it.
    pub(super) fn evaluate(&self, expression: &v1::Expression) -> Result<Number, Exception> {
        Ok(self.visit(expression)?.reduced())
    }

    fn visit(&self, expression: &v1::Expression) -> Result<Number, Exception> {
        use v1::expression::Node;
        match expression.node.as_ref().expect("a node") {
            Node::Constant(text) => {
                let value: BigInt = text.parse().expect("a decimal");
                assert_eq!(value, to_field_element(&value), "constants are reduced");
                Ok(Number::Int(value))
            }
            Node::Register(1) => Ok(self.ap.clone()),
            Node::Register(2) => Ok(self.fp.clone()),
            Node::Register(other) => panic!("register {other}"),
            Node::Dereference(cell) => {
                let address = self
                    .visit(cell.address.as_ref().expect("an address"))?
                    .reduced();
                self.cells.get(&address.to_string()).cloned().ok_or_else(|| {
                    let error = format!("Unknown value for memory cell at address {address}.");
                    let (prefix, suffix) = (&cell.error_prefix, &cell.error_suffix);
                    exception(
                        "starkware.cairo.lang.compiler.expression_evaluator.ExpressionEvaluatorError",
                        &format!("{prefix}{error}{suffix}"),
                    )
                })
            }
            Node::Operation(operation) => {
                let left = self.visit(operation.left.as_ref().expect("an operand"))?;
                let right = self.visit(operation.right.as_ref().expect("an operand"))?;
                let operator = v1::Operator::try_from(operation.operator).expect("an operator");
                Ok(operate(operator, left, right)?.map(|value| to_field_element(&value)))
            }
            Node::Raised(raised) => Err(exception(&raised.class_path, &raised.message)),
        }
    }
}

fn exception(class: &str, message: &str) -> Exception {
    (class.to_owned(), message.to_owned())
}

fn operate(operator: v1::Operator, left: Number, right: Number) -> Result<Number, Exception> {
    use Number::{Int, Relocatable};
    use v1::Operator::{Add, Div, Mul, Sub};
    let assertion = |message: String| Err(exception("builtins.AssertionError", &message));
    match (operator, left, right) {
        (Add, Int(a), Int(b)) => Ok(Int(a + b)),
        (Sub, Int(a), Int(b)) => Ok(Int(a - b)),
        (Mul, Int(a), Int(b)) => Ok(Int(a * b)),
        (Div, Int(a), Int(b)) if !to_field_element(&b).is_zero() => {
            let inverse = b.modpow(&(prime() - 2), &prime());
            Ok(Int(a * inverse))
        }
        (Add, Relocatable { segment, offset }, Int(by))
        | (Add, Int(by), Relocatable { segment, offset }) => Ok(Relocatable {
            segment,
            offset: offset + by,
        }),
        (Sub, Relocatable { segment, offset }, Int(by)) => Ok(Relocatable {
            segment,
            offset: offset - by,
        }),
        (
            Sub,
            Relocatable {
                segment: a,
                offset: x,
            },
            Relocatable {
                segment: b,
                offset: y,
            },
        ) => {
            if a == b {
                return Ok(Int(x - y));
            }
            assertion(format!(
                "Can only subtract two relocatable values of the same segment ({a} != {b})."
            ))
        }
        (Add, a @ Relocatable { .. }, b @ Relocatable { .. }) => {
            assertion(format!("Cannot add two relocatable values: {a} + {b}."))
        }
        (operator, a, b) => {
            let symbol = match operator {
                Sub => "-",
                Mul => "*",
                other => panic!("{other:?} of {a} and {b}"),
            };
            let (a, b) = (a.type_name(), b.type_name());
            let message = format!("unsupported operand type(s) for {symbol}: '{a}' and '{b}'");
            Err(exception("builtins.TypeError", &message))
        }
    }
}

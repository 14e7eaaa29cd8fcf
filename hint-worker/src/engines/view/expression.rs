//! Owns the evaluation of references: expressions over registers and memory, exactly as the reference VM
//! evaluates them. Must not know what the result is for.

use std::str::FromStr as _;

use hint_proto::v1::expression::Node;
use hint_proto::v1::{self, Operator, Raised, Register};
use num_bigint::BigInt;

use super::Registers;
use super::error::ViewError;
use super::felt::{Felt, Field};
use super::memory::Memory;
use super::value::{Address, OFFSET_BOUND, Value};

const EVALUATOR: &str =
    "starkware.cairo.lang.compiler.expression_evaluator.ExpressionEvaluatorError";
const SIMPLIFIER: &str = "starkware.cairo.lang.compiler.expression_simplifier.SimplifierError";

/// An expression, checked. As deep as it may be: protobuf takes no message that could use up the stack.
#[derive(Debug)]
pub(super) enum Expression {
    Constant(Felt),
    Register(Register),
    Dereference {
        address: Box<Self>,
        /// What stands around the text of a failure.
        error_prefix: String,
        error_suffix: String,
    },
    Operation {
        operator: Operator,
        left: Box<Self>,
        right: Box<Self>,
    },
    Raised(Raised),
}

/// An intermediate result. The offset of an address may be negative: it is a number of the field.
#[derive(Clone, Copy, Debug)]
enum Operand {
    Felt(Felt),
    Address { segment: i64, offset: Felt },
}

impl Operand {
    fn of(value: Value) -> Self {
        match value {
            Value::Felt(felt) => Self::Felt(felt),
            Value::Address(Address { segment, offset }) => Self::Address {
                segment,
                offset: Felt::of_u64(offset),
            },
        }
    }

    fn value(self, field: &Field) -> Result<Value, ViewError> {
        match self {
            Self::Felt(felt) => Ok(Value::Felt(felt)),
            Self::Address { segment, offset } => match offset.to_u64() {
                Some(offset) if offset < OFFSET_BOUND => {
                    Ok(Value::Address(Address { segment, offset }))
                }
                _ => Err(ViewError::refused(format!(
                    "the address `{segment}:{}` is out of range",
                    field.text(offset)
                ))),
            },
        }
    }
}

impl Expression {
    /// Takes over an expression of a message.
    pub(super) fn of_wire(tree: Option<&v1::Expression>, field: &Field) -> Result<Self, ViewError> {
        let malformed = || ViewError::Malformed("expression");
        let child = |tree: &Option<Box<v1::Expression>>| {
            Self::of_wire(tree.as_deref(), field).map(Box::new)
        };
        Ok(match tree.and_then(|tree| tree.node.as_ref()) {
            None => return Err(malformed()),
            Some(Node::Constant(text)) => {
                let number = BigInt::from_str(text).map_err(|_| malformed())?;
                Self::Constant(field.reduce(&number))
            }
            Some(Node::Register(register)) => match Register::try_from(*register) {
                Ok(register @ (Register::Ap | Register::Fp)) => Self::Register(register),
                _ => return Err(malformed()),
            },
            Some(Node::Dereference(cell)) => Self::Dereference {
                address: child(&cell.address)?,
                error_prefix: cell.error_prefix.clone(),
                error_suffix: cell.error_suffix.clone(),
            },
            Some(Node::Operation(operation)) => match Operator::try_from(operation.operator) {
                Ok(Operator::Unspecified) | Err(_) => return Err(malformed()),
                Ok(operator) => Self::Operation {
                    operator,
                    left: child(&operation.left)?,
                    right: child(&operation.right)?,
                },
            },
            Some(Node::Raised(raised)) => Self::Raised(raised.clone()),
        })
    }

    /// The value.
    ///
    /// # Errors
    /// [`ViewError`] as the reference VM has it.
    pub(super) fn evaluate(
        &self,
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<Value, ViewError> {
        self.operand(memory, registers)?.value(&memory.field)
    }

    fn operand(&self, memory: &mut Memory, registers: Registers) -> Result<Operand, ViewError> {
        match self {
            Self::Constant(felt) => Ok(Operand::Felt(*felt)),
            Self::Register(register) => Ok(Operand::of(Value::Address(match register {
                Register::Ap => registers.ap,
                _ => registers.fp,
            }))),
            Self::Dereference {
                address,
                error_prefix,
                error_suffix,
            } => {
                let address = address.operand(memory, registers)?;
                let value = address
                    .value(&memory.field)
                    .and_then(|address| match address {
                        Value::Address(address) => memory.read(address),
                        Value::Felt(felt) => Err(ViewError::refused(format!(
                            "Unknown value for memory cell at address {felt}."
                        ))),
                    });
                value.map(Operand::of).map_err(|error| {
                    if error.is_fatal() {
                        return error;
                    }
                    ViewError::Raised {
                        class_path: EVALUATOR.to_owned(),
                        message: format!("{error_prefix}{error}{error_suffix}"),
                    }
                })
            }
            Self::Operation {
                operator,
                left,
                right,
            } => {
                let left = left.operand(memory, registers)?;
                let right = right.operand(memory, registers)?;
                operate(*operator, left, right, &memory.field)
            }
            Self::Raised(raised) => Err(ViewError::of_wire(raised)),
        }
    }
}

fn operate(
    operator: Operator,
    left: Operand,
    right: Operand,
    field: &Field,
) -> Result<Operand, ViewError> {
    use Operand::{Address, Felt};
    Ok(match (operator, left, right) {
        (Operator::Add, Felt(left), Felt(right)) => Felt(field.add(left, right)),
        (Operator::Sub, Felt(left), Felt(right)) => Felt(field.sub(left, right)),
        (Operator::Mul, Felt(left), Felt(right)) => Felt(field.mul(left, right)),
        (Operator::Div, Felt(left), Felt(right)) => match field.div(left, right) {
            Some(quotient) => Felt(quotient),
            None => {
                return Err(ViewError::Raised {
                    class_path: SIMPLIFIER.to_owned(),
                    message: "Division by zero.".to_owned(),
                });
            }
        },
        (Operator::Add, Address { segment, offset }, Felt(cells))
        | (Operator::Add, Felt(cells), Address { segment, offset }) => Address {
            segment,
            offset: field.add(offset, cells),
        },
        (Operator::Sub, Address { segment, offset }, Felt(cells)) => Address {
            segment,
            offset: field.sub(offset, cells),
        },
        (
            Operator::Sub,
            Address { segment, offset },
            Address {
                segment: other,
                offset: subtracted,
            },
        ) if segment == other => Felt(field.sub(offset, subtracted)),
        _ => {
            return Err(ViewError::refused(
                "an address takes part in an operation that addresses do not have",
            ));
        }
    })
}

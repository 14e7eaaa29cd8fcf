//! Owns operators on values: arithmetic, comparison, equality. Must not know expressions.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_traits::Zero as _;

use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::tree::Operator;
use crate::engines::contract::source::types::Type;
use crate::engines::contract::values::{Object, Value};
use crate::engines::contract::world::{Failure, Status};

/// The message of a `BigUint` that would be negative.
const NEGATIVE: &str = "cannot subtract because result would be negative";

impl Interpreter<'_, '_> {
    /// The result of an operator on two values that are no references.
    pub(crate) fn operate(&mut self, operator: Operator, left: Value, right: Value) -> Run {
        match (&left, &right) {
            (Value::Int(left), Value::Int(right)) if !operator.is_comparison() => {
                Ok(Value::Int(left.calculate(operator, *right)?))
            }
            (Value::Bool(left), Value::Bool(right)) if !operator.is_comparison() => {
                match operator {
                    Operator::BitAnd => Ok(Value::Bool(left & right)),
                    Operator::BitOr => Ok(Value::Bool(left | right)),
                    Operator::BitXor => Ok(Value::Bool(left ^ right)),
                    _ => fault("this operator is not one of `bool`"),
                }
            }
            _ if operator.is_comparison() => {
                Ok(Value::Bool(self.compares(operator, &left, &right)?))
            }
            (Value::Object(Type::BigInt, _), _) | (_, Value::Object(Type::BigInt, _)) => {
                let (left, right) = (self.signed(&left)?, self.signed(&right)?);
                self.transaction
                    .meter
                    .steps((left.bits() + right.bits()) / 64)?;
                let number = signed(operator, &left, &right)?;
                self.big_signed(number)
            }
            (Value::Object(Type::BigUint, _), _) | (_, Value::Object(Type::BigUint, _)) => {
                let shift = matches!(operator, Operator::ShiftLeft | Operator::ShiftRight);
                if shift {
                    return self.shift(operator, left, right);
                }
                let (left, right) = (self.as_unsigned(left)?, self.as_unsigned(right)?);
                // Multiplication takes more than that, but a number is bounded by the memory.
                self.transaction
                    .meter
                    .steps(left.bits().saturating_mul(right.bits()) >> 12)?;
                let number = unsigned(operator, &left, &right)?;
                self.big(number)
            }
            _ => fault(format!(
                "this operator does not take {} and {}",
                left.describe(),
                right.describe()
            )),
        }
    }

    fn shift(&mut self, operator: Operator, left: Value, right: Value) -> Run {
        let (left, right) = (self.as_unsigned(left)?, self.as_index(right)?);
        self.transaction.meter.bytes(right / 8)?;
        match operator {
            Operator::ShiftLeft => self.big(left << right),
            _ => self.big(left >> right),
        }
    }

    /// Changes the object of `left` itself where there is one: all that have it see the result.
    pub(crate) fn operate_in_place(
        &mut self,
        operator: Operator,
        left: Value,
        right: Value,
    ) -> Run {
        let Value::Object(kind @ (Type::BigUint | Type::BigInt), id) = left.clone() else {
            return self.operate(operator, left, right);
        };
        match self.operate(operator, left, right)? {
            Value::Object(_, result) => {
                let result = self.objects.get(result).clone();
                *self.objects.get_mut(id) = result;
                Ok(Value::Object(kind, id))
            }
            other => Ok(other),
        }
    }

    pub(crate) fn signed(&self, value: &Value) -> Run<BigInt> {
        match value {
            Value::Int(number) => match (number.as_signed(), number.as_unsigned()) {
                (Some(number), _) => Ok(BigInt::from(number)),
                (None, number) => Ok(BigInt::from(number.unwrap_or_default())),
            },
            Value::Object(Type::BigInt, id) => match self.objects.get(*id) {
                Object::Signed(number) => Ok(number.clone()),
                _ => fault("no number"),
            },
            Value::Object(Type::BigUint, id) => Ok(BigInt::from(self.objects.unsigned(*id))),
            Value::Reference(place) => {
                let place = self.follow(place.clone())?;
                self.signed(self.read(&place)?)
            }
            other => fault(format!("{} where a number is expected", other.describe())),
        }
    }

    fn compares(&mut self, operator: Operator, left: &Value, right: &Value) -> Run<bool> {
        match operator {
            Operator::Equal => self.equal(left, right),
            Operator::NotEqual => Ok(!self.equal(left, right)?),
            _ => {
                let ordering = self.order(left, right)?;
                Ok(match operator {
                    Operator::Less => ordering == Ordering::Less,
                    Operator::LessEqual => ordering != Ordering::Greater,
                    Operator::Greater => ordering == Ordering::Greater,
                    _ => ordering != Ordering::Less,
                })
            }
        }
    }

    /// Counts the steps of looking at all of two values.
    fn charge(&mut self, left: &Value, right: &Value) -> Run<()> {
        let size = |value: &Value| match value {
            Value::Object(_, id) => self.objects.get(*id).size() as u64,
            _ => 0,
        };
        let size = size(left) + size(right);
        Ok(self.transaction.meter.steps(1 + size / 64)?)
    }

    pub(crate) fn order(&mut self, left: &Value, right: &Value) -> Run<Ordering> {
        self.charge(left, right)?;
        match (left, right) {
            (Value::Reference(_), _) | (_, Value::Reference(_)) => {
                let (left, right) = (self.target(left.clone())?, self.target(right.clone())?);
                self.order(&left, &right)
            }
            (Value::Int(left), Value::Int(right)) => Ok(left.compare(*right)?),
            (Value::Object(Type::BigUint | Type::BigInt, _), _)
            | (_, Value::Object(Type::BigUint | Type::BigInt, _)) => {
                Ok(self.signed(left)?.cmp(&self.signed(right)?))
            }
            (Value::Bool(left), Value::Bool(right)) => Ok(left.cmp(right)),
            _ => fault(format!(
                "{} and {} have no order",
                left.describe(),
                right.describe()
            )),
        }
    }

    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Run<bool> {
        self.charge(left, right)?;
        Ok(match (left, right) {
            (Value::Reference(_), _) | (_, Value::Reference(_)) => {
                let (left, right) = (self.target(left.clone())?, self.target(right.clone())?);
                return self.equal(&left, &right);
            }
            (Value::Int(left), Value::Int(right)) => left.compare(*right)? == Ordering::Equal,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Unit, Value::Unit) => true,
            (Value::Object(Type::BigUint | Type::BigInt, _), _)
            | (_, Value::Object(Type::BigUint | Type::BigInt, _)) => {
                self.signed(left)? == self.signed(right)?
            }
            (Value::Object(_, one), Value::Object(_, other)) => {
                match (self.objects.get(*one), self.objects.get(*other)) {
                    (Object::Bytes(one), Object::Bytes(other)) => one == other,
                    (Object::Values(one), Object::Values(other)) => {
                        let (one, other) = (one.clone(), other.clone());
                        return self.all_equal(&one, &other);
                    }
                    _ => false,
                }
            }
            (
                Value::Option(left) | Value::Optional(left),
                Value::Option(right) | Value::Optional(right),
            ) => match (left, right) {
                (None, None) => true,
                (Some(left), Some(right)) => return self.equal(left, right),
                _ => false,
            },
            (
                Value::Bytes(_) | Value::Object(..),
                Value::Bytes(_) | Value::Object(..) | Value::Array(_),
            )
            | (Value::Array(_), Value::Bytes(_) | Value::Object(..)) => {
                self.as_bytes(left)? == self.as_bytes(right)?
            }
            _ => match (left.parts(), right.parts()) {
                (Some(left), Some(right)) => return self.all_equal(left, right),
                _ => {
                    return fault(format!(
                        "{} and {} cannot be compared",
                        left.describe(),
                        right.describe()
                    ));
                }
            },
        })
    }

    fn all_equal(&mut self, left: &[Value], right: &[Value]) -> Run<bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (left, right) in left.iter().zip(right) {
            if !self.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn unsigned(operator: Operator, left: &BigUint, right: &BigUint) -> Run<BigUint> {
    Ok(match operator {
        Operator::Add => left + right,
        Operator::Subtract if left < right => return user(NEGATIVE),
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide | Operator::Remainder if right.is_zero() => return by_zero(),
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        Operator::BitAnd => left & right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        _ => return fault("this operator is not one of `BigUint`"),
    })
}

fn signed(operator: Operator, left: &BigInt, right: &BigInt) -> Run<BigInt> {
    Ok(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide | Operator::Remainder if right.is_zero() => return by_zero(),
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        _ => return fault("this operator is not one of `BigInt`"),
    })
}

/// What the machine under the contract says, not the contract.
fn by_zero<T>() -> Run<T> {
    Err(Failure::new(Status::ExecutionFailed, "division by 0").into())
}

//! Owns the methods of values: numbers, buffers, addresses, tokens, lists, options. Must not know the world.

use num_bigint::BigUint;
use num_traits::Zero as _;

use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::tree::Operator;
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, ObjectId, Value};

impl Interpreter<'_, '_> {
    /// Calls a method of a value.
    pub(crate) fn value_method(&mut self, value: Value, arguments: &mut Arguments<'_>) -> Run {
        match arguments.name {
            "clone" | "clone_value" | "to_owned" => return self.copy(value),
            "into" | "try_into" | "into_owned" => {
                return match arguments.expected {
                    Some(kind) => self.convert(value, kind),
                    None => Ok(value),
                };
            }
            "as_ref" | "as_mut" | "borrow" | "deref" | "by_ref" | "into_iter" | "iter"
                if !matches!(value, Value::Struct(..)) =>
            {
                return Ok(value);
            }
            "enumerate" | "rev" | "skip" | "take"
                if matches!(
                    value,
                    Value::Object(..) | Value::Array(_) | Value::Range(..) | Value::Bytes(_)
                ) =>
            {
                return self.adapted(value, arguments);
            }
            _ => {}
        }
        match value {
            Value::Int(number) => self.integer_method(number, arguments),
            Value::Option(inner) | Value::Optional(inner) => self.option_method(inner, arguments),
            Value::Object(kind, id) => match kind {
                Type::BigUint | Type::BigInt => self.big_method(kind, id, arguments),
                Type::ManagedVec(_) | Type::MultiValueEncoded(_) => {
                    self.list_method(kind, id, arguments)
                }
                _ => self.bytes_method(kind, id, arguments),
            },
            Value::Multi(parts) if arguments.name == "into_tuple" => Ok(Value::Tuple(parts)),
            Value::Struct(_, parts) if arguments.name == "into_tuple" => Ok(Value::Tuple(parts)),
            Value::Array(parts) => match arguments.name {
                "len" => Ok(Value::Int(Integer::usize(parts.len())?)),
                "is_empty" => Ok(Value::Bool(parts.is_empty())),
                other => fault(format!("an array has no method `{other}` here")),
            },
            Value::Bytes(bytes) => match arguments.name {
                "len" => Ok(Value::Int(Integer::usize(bytes.len())?)),
                "is_empty" => Ok(Value::Bool(bytes.is_empty())),
                "as_bytes" | "as_str" | "as_slice" | "to_vec" | "to_string" => {
                    Ok(Value::Bytes(bytes))
                }
                other => fault(format!("a string has no method `{other}` here")),
            },
            other => fault(format!(
                "{} has no method `{}` here",
                other.describe(),
                arguments.name
            )),
        }
    }

    /// What can be gone through, in another way.
    fn adapted(&mut self, items: Value, arguments: &mut Arguments<'_>) -> Run {
        let mut all = Vec::new();
        self.each(items, |this, item| {
            this.transaction.meter.bytes(size_of::<Value>())?;
            all.push(item);
            Ok(true)
        })?;
        match arguments.name {
            "rev" => all.reverse(),
            "enumerate" => {
                let mut numbered = Vec::with_capacity(all.len());
                for (index, item) in all.into_iter().enumerate() {
                    numbered.push(Value::Tuple(vec![Value::Int(Integer::usize(index)?), item]));
                }
                all = numbered;
            }
            name => {
                let count = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let count = self.as_index(count)?.min(all.len());
                match name {
                    "skip" => drop(all.drain(..count)),
                    _ => all.truncate(count),
                }
            }
        }
        Ok(Value::Array(all))
    }

    fn integer_method(&mut self, number: Integer, arguments: &mut Arguments<'_>) -> Run {
        let kind = Type::Int(number.kind());
        let operator = |name: &str| {
            Some(match name {
                "add" => Operator::Add,
                "sub" => Operator::Subtract,
                "mul" => Operator::Multiply,
                "div" => Operator::Divide,
                "rem" => Operator::Remainder,
                _ => return None,
            })
        };
        if let Some(operator) = arguments.name.strip_prefix("checked_").and_then(operator) {
            let Value::Int(other) = self.next_target(arguments, Some(&kind))? else {
                return fault("a number is expected");
            };
            let result = number.calculate(operator, other).ok();
            return Ok(Value::Option(
                result.map(|number| Box::new(Value::Int(number))),
            ));
        }
        match arguments.name {
            "min" | "max" => {
                let other = self.next_target(arguments, Some(&kind))?;
                self.least_or_most(arguments.name == "min", Value::Int(number), other)
            }
            "pow" => {
                let exponent = self.next(arguments, Some(&Type::Int(IntType::U32)))?;
                let exponent = self.as_u64(exponent)?;
                let mut result = Integer::new(number.kind(), 1)?;
                for _ in 0..exponent {
                    self.transaction.meter.steps(1)?;
                    result = result.calculate(Operator::Multiply, number)?;
                }
                Ok(Value::Int(result))
            }
            "abs" => match number.as_signed() {
                Some(value) if value < 0 => Ok(Value::Int(number.negative()?)),
                _ => Ok(Value::Int(number)),
            },
            "is_zero" => Ok(Value::Bool(number.bits() == 0)),
            other => fault(format!(
                "a `{}` has no method `{other}` here",
                number.kind().name()
            )),
        }
    }

    pub(crate) fn least_or_most(&mut self, least: bool, one: Value, other: Value) -> Run {
        let (one, other) = (self.target(one)?, self.target(other)?);
        let first_is_less = self.order(&one, &other)?.is_le();
        Ok(if first_is_less == least { one } else { other })
    }

    fn option_method(&mut self, inner: Option<Box<Value>>, arguments: &mut Arguments<'_>) -> Run {
        match (arguments.name, inner) {
            ("is_some" | "is_ok", inner) => Ok(Value::Bool(inner.is_some())),
            ("is_none" | "is_err", inner) => Ok(Value::Bool(inner.is_none())),
            (
                "unwrap" | "unwrap_or" | "unwrap_or_default" | "unwrap_or_else"
                | "unwrap_or_sc_panic" | "into_option",
                Some(inner),
            ) => match arguments.name {
                "into_option" => Ok(Value::Option(Some(inner))),
                _ => Ok(*inner),
            },
            ("into_option", None) => Ok(Value::Option(None)),
            ("unwrap", None) => user("panic occurred"),
            ("unwrap_or", None) => {
                let kind = arguments.expected.cloned();
                self.next(arguments, kind.as_ref())
            }
            ("unwrap_or_else", None) => {
                let closure = self.next_closure(arguments)?;
                self.apply(&closure, Vec::new(), arguments.expected)
            }
            ("unwrap_or_sc_panic", None) => {
                let message = self.next(arguments, None)?;
                let message = self.as_bytes(&message)?;
                user(String::from_utf8_lossy(&message))
            }
            (other, _) => fault(format!("an `Option` has no method `{other}` here")),
        }
    }

    fn big_method(&mut self, kind: Type, id: ObjectId, arguments: &mut Arguments<'_>) -> Run {
        let value = Value::Object(kind.clone(), id);
        match arguments.name {
            "to_u64" => {
                let number = u64::try_from(self.signed(&value)?).ok();
                let number = number.map(|number| Box::new(Value::Int(Integer::u64(number))));
                Ok(Value::Option(number))
            }
            "to_i64" => {
                let number = i64::try_from(self.signed(&value)?).ok();
                let number = match number {
                    Some(number) => Some(Integer::new(IntType::I64, number.into())?),
                    None => None,
                };
                Ok(Value::Option(
                    number.map(|number| Box::new(Value::Int(number))),
                ))
            }
            "is_zero" => Ok(Value::Bool(self.signed(&value)?.is_zero())),
            "min" | "max" => {
                let other = self.next_target(arguments, Some(&kind))?;
                self.least_or_most(arguments.name == "min", value, other)
            }
            "pow" => {
                let exponent = self.next(arguments, Some(&Type::Int(IntType::U32)))?;
                let exponent = self.as_u64(exponent)?;
                let base = self.as_unsigned(value)?;
                let bits = base.bits().saturating_mul(exponent);
                self.transaction
                    .meter
                    .bytes(usize::try_from(bits / 8).unwrap_or(usize::MAX))?;
                self.transaction
                    .meter
                    .steps(bits.saturating_mul(bits) >> 14)?;
                match u32::try_from(exponent) {
                    Ok(exponent) => self.big(base.pow(exponent)),
                    // Only 0 and 1 come here.
                    Err(_) => self.big(base),
                }
            }
            "sqrt" => {
                let number = self.as_unsigned(value)?.sqrt();
                self.big(number)
            }
            "into_big_uint" | "unwrap_or_default" => Ok(value),
            "to_bytes_be_buffer" | "to_bytes_be" => {
                let number = self.as_unsigned(value)?;
                let bytes = match number.is_zero() {
                    true => Vec::new(),
                    false => number.to_bytes_be(),
                };
                self.bytes(Type::ManagedBuffer, bytes)
            }
            "sub" | "add" | "mul" | "div" => {
                let operator = match arguments.name {
                    "add" => Operator::Add,
                    "sub" => Operator::Subtract,
                    "mul" => Operator::Multiply,
                    _ => Operator::Divide,
                };
                let other = self.next_target(arguments, Some(&kind))?;
                self.operate(operator, value, other)
            }
            other => fault(format!("a `{kind}` has no method `{other}` here")),
        }
    }

    /// The number of an unsigned value, for those that need no object.
    pub(crate) fn number_of(&self, value: Value) -> Run<BigUint> {
        self.as_unsigned(value)
    }
}

//! Owns the methods of values: numbers, buffers, addresses, tokens, lists, options. Must not know the world.

use num_bigint::BigUint;
use num_traits::Zero as _;

use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::tree::Operator;
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, ObjectId, Value};

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
                if matches!(value, Value::Object(..) | Value::Array(_) | Value::Range(..) | Value::Bytes(_)) =>
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
                Type::ManagedVec(_) | Type::MultiValueEncoded(_) => self.list_method(kind, id, arguments),
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
                "as_bytes" | "as_str" | "as_slice" | "to_vec" | "to_string" => Ok(Value::Bytes(bytes)),
                other => fault(format!("a string has no method `{other}` here")),
            },
            other => fault(format!("{} has no method `{}` here", other.describe(), arguments.name)),
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
            return Ok(Value::Option(result.map(|number| Box::new(Value::Int(number)))));
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
            other => fault(format!("a `{}` has no method `{other}` here", number.kind().name())),
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
            ("unwrap" | "unwrap_or" | "unwrap_or_default" | "unwrap_or_else" | "unwrap_or_sc_panic" | "into_option", Some(inner)) => {
                match arguments.name {
                    "into_option" => Ok(Value::Option(Some(inner))),
                    _ => Ok(*inner),
                }
            }
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
                Ok(Value::Option(number.map(|number| Box::new(Value::Int(number)))))
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
                self.transaction.meter.bytes(usize::try_from(bits / 8).unwrap_or(usize::MAX))?;
                self.transaction.meter.steps(bits.saturating_mul(bits) >> 14)?;
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

    fn bytes_method(&mut self, kind: Type, id: ObjectId, arguments: &mut Arguments<'_>) -> Run {
        let bytes = self.objects.bytes(id).to_vec();
        self.transaction.meter.steps(bytes.len() as u64 / 64)?;
        match arguments.name {
            "len" => Ok(Value::Int(Integer::usize(bytes.len())?)),
            "is_empty" => Ok(Value::Bool(bytes.is_empty())),
            "is_zero" => Ok(Value::Bool(bytes.iter().all(|byte| *byte == 0))),
            "as_managed_buffer" | "into_managed_buffer" | "as_managed_byte_array" | "to_boxed_bytes"
            | "to_byte_array" | "to_vec" => self.bytes(Type::ManagedBuffer, bytes),
            "append" | "append_bytes" => {
                let more = self.next(arguments, None)?;
                let more = self.as_bytes(&more)?;
                self.transaction.meter.bytes(more.len())?;
                if let Object::Bytes(bytes) = self.objects.get_mut(id) {
                    bytes.extend(more);
                }
                Ok(Value::Unit)
            }
            "concat" => {
                let more = self.next(arguments, None)?;
                let more = self.as_bytes(&more)?;
                self.bytes(kind, [bytes, more].concat())
            }
            "copy_slice" => {
                let start = self.next(arguments, None)?;
                let start = self.as_index(start)?;
                let length = self.next(arguments, None)?;
                let length = self.as_index(length)?;
                let slice = bytes.get(start..start.saturating_add(length)).map(<[u8]>::to_vec);
                match slice {
                    Some(slice) => {
                        let slice = self.bytes(Type::ManagedBuffer, slice)?;
                        Ok(Value::Option(Some(Box::new(slice))))
                    }
                    None => Ok(Value::Option(None)),
                }
            }
            "parse_as_u64" => {
                let number = match bytes.len() {
                    0..=8 => Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))),
                    _ => None,
                };
                Ok(Value::Option(number.map(|number| Box::new(Value::Int(Integer::u64(number))))))
            }
            "is_egld" => Ok(Value::Bool(bytes == EGLD)),
            "is_esdt" => Ok(Value::Bool(bytes != EGLD)),
            "is_valid_esdt_identifier" => Ok(Value::Bool(is_token(&bytes))),
            "is_valid" => Ok(Value::Bool(bytes == EGLD || is_token(&bytes))),
            "unwrap_esdt" | "as_esdt_option" | "into_esdt_option" => {
                let egld = bytes == EGLD;
                match (arguments.name, egld) {
                    ("unwrap_esdt", true) => user("ESDT expected"),
                    ("unwrap_esdt", false) => self.bytes(Type::TokenIdentifier, bytes),
                    (_, true) => Ok(Value::Option(None)),
                    (_, false) => {
                        let token = self.bytes(Type::TokenIdentifier, bytes)?;
                        Ok(Value::Option(Some(Box::new(token))))
                    }
                }
            }
            "into_name" | "as_name" => self.bytes(Type::ManagedBuffer, bytes),
            "ticker" => {
                let end = bytes.iter().rposition(|byte| *byte == b'-').unwrap_or(bytes.len());
                self.bytes(Type::ManagedBuffer, &bytes[..end])
            }
            other => fault(format!("a `{kind}` has no method `{other}` here")),
        }
    }

    fn list_method(&mut self, kind: Type, id: ObjectId, arguments: &mut Arguments<'_>) -> Run {
        let item = match &kind {
            Type::ManagedVec(item) | Type::MultiValueEncoded(item) => (**item).clone(),
            _ => Type::Inferred,
        };
        let length = self.objects.values(id).len();
        match arguments.name {
            "len" | "raw_len" => Ok(Value::Int(Integer::usize(length)?)),
            "is_empty" => Ok(Value::Bool(length == 0)),
            "push" => {
                let value = self.next_target(arguments, Some(&item))?;
                self.transaction.meter.bytes(size_of::<Value>())?;
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.push(value);
                }
                Ok(Value::Unit)
            }
            "get" | "try_get" | "get_mut" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                match (self.objects.values(id).get(index).cloned(), arguments.name) {
                    // Changes of what is taken out this way stay in the list.
                    (Some(value), "get_mut") => Ok(value),
                    (Some(value), name) => {
                        let value = self.copy(value)?;
                        Ok(match name {
                            "get" => value,
                            _ => Value::Option(Some(Box::new(value))),
                        })
                    }
                    (None, "try_get") => Ok(Value::Option(None)),
                    (None, _) => user("ManagedVec index out of range"),
                }
            }
            "set" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                let value = self.next_target(arguments, Some(&item))?;
                let value = self.copy(value)?;
                let Object::Values(values) = self.objects.get_mut(id) else {
                    return fault("no list");
                };
                match values.get_mut(index) {
                    Some(place) => {
                        *place = value;
                        Ok(Value::Option(Some(Box::new(Value::Unit))))
                    }
                    None => Ok(Value::Option(None)),
                }
            }
            "remove" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                match self.objects.get_mut(id) {
                    Object::Values(values) if index < values.len() => {
                        values.remove(index);
                        Ok(Value::Unit)
                    }
                    _ => user("ManagedVec index out of range"),
                }
            }
            "clear" => {
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.clear();
                }
                Ok(Value::Unit)
            }
            "append_vec" | "extend" => {
                let more = self.next_target(arguments, None)?;
                let Value::Object(_, more) = more else {
                    return fault("a list is expected");
                };
                let more = self.objects.values(more).to_vec();
                self.transaction.meter.bytes(more.len() * size_of::<Value>())?;
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.extend(more);
                }
                Ok(Value::Unit)
            }
            "contains" | "find" => {
                let wanted = self.next_target(arguments, Some(&item))?;
                let mut found = None;
                for index in 0..length {
                    let Some(value) = self.objects.values(id).get(index).cloned() else {
                        break;
                    };
                    if self.equal(&value, &wanted)? {
                        found = Some(index);
                        break;
                    }
                }
                match (arguments.name, found) {
                    ("contains", found) => Ok(Value::Bool(found.is_some())),
                    (_, None) => Ok(Value::Option(None)),
                    (_, Some(index)) => {
                        let index = Value::Int(Integer::usize(index)?);
                        Ok(Value::Option(Some(Box::new(index))))
                    }
                }
            }
            "to_vec" | "into_vec_of_buffers" | "to_arg_buffer" => {
                let values = self.objects.values(id).to_vec();
                self.list(Type::ManagedVec(item.into()), values)
            }
            "slice" => {
                let start = self.next(arguments, None)?;
                let start = self.as_index(start)?;
                let end = self.next(arguments, None)?;
                let end = self.as_index(end)?;
                let slice = self.objects.values(id).get(start..end).map(<[Value]>::to_vec);
                match slice {
                    Some(values) => {
                        let list = self.list(kind, values)?;
                        Ok(Value::Option(Some(Box::new(list))))
                    }
                    None => Ok(Value::Option(None)),
                }
            }
            other => fault(format!("a `{kind}` has no method `{other}` here")),
        }
    }

    /// The number of an unsigned value, for those that need no object.
    pub(crate) fn number_of(&self, value: Value) -> Run<BigUint> {
        self.as_unsigned(value)
    }
}

/// What stands for the native token among tokens.
pub(crate) const EGLD: &[u8] = b"EGLD";

/// A ticker of 3 to 10 capitals and digits, a hyphen, six hexadecimal digits.
fn is_token(bytes: &[u8]) -> bool {
    let Some((ticker, random)) = bytes
        .len()
        .checked_sub(7)
        .and_then(|length| bytes.split_at_checked(length))
    else {
        return false;
    };
    let hexadecimal = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let capital = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    (3..=10).contains(&ticker.len())
        && ticker.iter().all(capital)
        && random.first() == Some(&b'-')
        && random[1..].iter().all(hexadecimal)
}

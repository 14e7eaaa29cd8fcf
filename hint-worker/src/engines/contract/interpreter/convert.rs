//! Owns what becomes of a value where a type is written down: `into`, literals that get their type, buffers made
//! of texts. Must not know expressions.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};

use super::frame::Interpreter;
use super::stop::{Run, fault};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, Payment, Value};

impl Interpreter<'_, '_> {
    /// The value as one of that type.
    pub(crate) fn convert(&mut self, value: Value, kind: &Type) -> Run {
        match (kind, &value) {
            (Type::Inferred | Type::Ignore, _) => return Ok(value),
            (Type::Int(kind), Value::Int(number)) if number.kind() == *kind => return Ok(value),
            (Type::Bool, Value::Bool(_)) | (Type::Unit, Value::Unit) => return Ok(value),
            (wanted, Value::Object(found, _)) if wanted == found => return Ok(value),
            (_, Value::Reference(place)) => {
                // What is behind a reference keeps its place, so that changes are seen.
                let place = self.follow(place.clone())?;
                let before = self.read(&place)?.clone();
                if is_flexible(&before) || !is_data(kind, &before) {
                    let after = self.convert(before, kind)?;
                    if is_flexible(self.read(&place)?) {
                        *self.read_mut(&place)? = after;
                        return Ok(Value::Reference(place));
                    }
                    return Ok(after);
                }
                return Ok(Value::Reference(place));
            }
            _ => {}
        }
        self.convert_data(value, kind)
    }

    fn convert_data(&mut self, value: Value, kind: &Type) -> Run {
        Ok(match (kind, value) {
            (Type::Int(kind), Value::Int(number)) if number.kind() == IntType::Literal => {
                let number = number.as_signed().unwrap_or_default();
                Value::Int(Integer::new(*kind, number)?)
            }
            // Of widths that Rust converts without loss, by `into`.
            (Type::Int(kind), Value::Int(number)) if kind.bytes() > number.kind().bytes() => {
                Value::Int(Integer::new(*kind, number.as_signed().unwrap_or_default())?)
            }
            (Type::BigUint, Value::Int(number)) => match number.as_unsigned() {
                Some(number) => self.big(BigUint::from(number))?,
                None => return fault("a negative number becomes a `BigUint`"),
            },
            (Type::BigInt, Value::Int(number)) => {
                self.big_signed(BigInt::from(number.as_signed().unwrap_or_default()))?
            }
            (Type::BigUint, Value::Object(Type::ManagedBuffer, id)) => {
                let number = BigUint::from_bytes_be(self.objects.bytes(id));
                self.big(number)?
            }
            (Type::BigInt, Value::Object(Type::BigUint, id)) => {
                let number = BigInt::from(self.objects.unsigned(id));
                self.big_signed(number)?
            }
            (wanted, Value::Bytes(bytes)) if of_bytes(wanted) => {
                check_length(wanted, bytes.len())?;
                self.bytes(wanted.clone(), bytes.to_vec())?
            }
            (wanted, Value::Array(bytes)) if of_bytes(wanted) => {
                let bytes = plain_bytes(&bytes)?;
                check_length(wanted, bytes.len())?;
                self.bytes(wanted.clone(), bytes)?
            }
            (wanted, Value::Object(_, id)) if of_bytes(wanted) => match self.objects.get(id) {
                Object::Bytes(bytes) => {
                    let bytes = bytes.clone();
                    check_length(wanted, bytes.len())?;
                    self.bytes(wanted.clone(), bytes)?
                }
                _ => return fault(format!("this does not become a `{wanted}`")),
            },
            (Type::Bytes, value @ (Value::Bytes(_) | Value::Object(..) | Value::Array(_))) => value,
            (Type::ManagedVec(_) | Type::MultiValueEncoded(_), Value::Object(_, id)) => {
                self.convert_list(id, kind)?
            }
            (Type::ManagedVec(item) | Type::MultiValueEncoded(item), Value::Array(values)) => {
                let values = self.convert_all(values, std::iter::repeat(&**item))?;
                self.list(kind.clone(), values)?
            }
            (Type::Tuple(types), Value::Tuple(parts) | Value::Multi(parts))
                if parts.len() == types.len() =>
            {
                Value::Tuple(self.convert_all(parts, types.iter())?)
            }
            (Type::MultiValue(types), Value::Tuple(parts) | Value::Multi(parts))
                if parts.len() == types.len() =>
            {
                Value::Multi(self.convert_all(parts, types.iter())?)
            }
            (Type::Array(item, length), Value::Array(parts)) if parts.len() == *length => {
                Value::Array(self.convert_all(parts, std::iter::repeat(&**item))?)
            }
            (Type::Option(item), Value::Option(Some(inner))) => {
                Value::Option(Some(Box::new(self.convert(*inner, item)?)))
            }
            (
                Type::OptionalValue(item),
                Value::Optional(Some(inner)) | Value::Option(Some(inner)),
            ) => Value::Optional(Some(Box::new(self.convert(*inner, item)?))),
            (Type::Option(_), Value::Option(None) | Value::Optional(None)) => Value::Option(None),
            (Type::OptionalValue(_), Value::Option(None) | Value::Optional(None)) => {
                Value::Optional(None)
            }
            (Type::Struct(name), value @ Value::Struct(..)) => match &value {
                Value::Struct(found, _) if found.name == *name => value,
                // The two payments of the framework.
                Value::Struct(_, parts)
                    if &**name == "EgldOrEsdtTokenPayment" && parts.len() == 3 =>
                {
                    let declared = self.code.structs.get(name).map(Arc::clone);
                    let Some(declared) = declared else {
                        return fault("there is no struct of payments");
                    };
                    let types: Vec<Type> = declared
                        .fields
                        .iter()
                        .map(|(_, kind)| kind.clone())
                        .collect();
                    let parts = self.convert_all(parts.clone(), types.iter())?;
                    Value::Struct(declared, parts)
                }
                _ => return fault(format!("{} where a `{name}` is expected", value.describe())),
            },
            (Type::Struct(_), Value::Tuple(parts)) if parts.len() == 3 => {
                self.payment_of(parts, kind)?
            }
            (Type::Mapper(..), value @ Value::Mapper(_))
            | (Type::Proxy(_), value @ Value::Proxy(..)) => value,
            (Type::Unit, Value::Unit) => Value::Unit,
            (_, value) => {
                return fault(format!("{} where a `{kind}` is expected", value.describe()));
            }
        })
    }

    fn convert_list(&mut self, id: crate::engines::contract::values::ObjectId, kind: &Type) -> Run {
        let (Type::ManagedVec(item) | Type::MultiValueEncoded(item)) = kind else {
            return fault("no list");
        };
        let Object::Values(values) = self.objects.get(id) else {
            return fault(format!("this does not become a `{kind}`"));
        };
        let values = values.clone();
        let values = self.convert_all(values, std::iter::repeat(&**item))?;
        self.list(kind.clone(), values)
    }

    fn convert_all<'k>(
        &mut self,
        values: Vec<Value>,
        types: impl Iterator<Item = &'k Type>,
    ) -> Run<Vec<Value>> {
        let mut converted = Vec::with_capacity(values.len());
        for (value, kind) in values.into_iter().zip(types) {
            converted.push(self.convert(value, kind)?);
        }
        Ok(converted)
    }

    /// A payment of token, nonce and amount.
    fn payment_of(&mut self, parts: Vec<Value>, kind: &Type) -> Run {
        let Type::Struct(name) = kind else {
            return fault("no struct");
        };
        let Some(declared) = self.code.structs.get(name).map(Arc::clone) else {
            return fault(format!("there is no struct `{name}`"));
        };
        let types: Vec<Type> = declared
            .fields
            .iter()
            .map(|(_, kind)| kind.clone())
            .collect();
        let parts = self.convert_all(parts, types.iter())?;
        Ok(Value::Struct(declared, parts))
    }

    /// Reads a payment from a struct or a tuple of token, nonce and amount.
    pub(crate) fn as_payment(&mut self, value: Value) -> Run<Payment> {
        let value = self.target(value)?;
        let Some([token, nonce, amount]) = value.parts() else {
            return fault(format!("{} where a payment is expected", value.describe()));
        };
        let (token, nonce, amount) = (token.clone(), nonce.clone(), amount.clone());
        Ok(Payment {
            token: self.as_bytes(&token)?,
            nonce: self.as_u64(nonce)?,
            amount: self.as_unsigned(amount)?,
        })
    }

    /// The bytes of a text, a buffer, an address, a token, an array of bytes.
    pub(crate) fn as_bytes(&self, value: &Value) -> Run<Vec<u8>> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.to_vec()),
            Value::Object(_, id) => match self.objects.get(*id) {
                Object::Bytes(bytes) => Ok(bytes.clone()),
                _ => fault(format!("{} where bytes are expected", value.describe())),
            },
            Value::Array(values) => plain_bytes(values),
            Value::Reference(place) => {
                let place = self.follow(place.clone())?;
                self.as_bytes(self.read(&place)?)
            }
            other => fault(format!("{} where bytes are expected", other.describe())),
        }
    }

    pub(crate) fn as_address(&self, value: &Value) -> Run<[u8; 32]> {
        let bytes = self.as_bytes(value)?;
        match <[u8; 32]>::try_from(bytes) {
            Ok(address) => Ok(address),
            Err(bytes) => fault(format!(
                "an address has 32 bytes, and this `{}`",
                bytes.len()
            )),
        }
    }

    pub(crate) fn as_unsigned(&self, value: Value) -> Run<BigUint> {
        match self.target(value)? {
            Value::Int(number) => match number.as_unsigned() {
                Some(number) => Ok(BigUint::from(number)),
                None => fault("a negative number where a `BigUint` is expected"),
            },
            Value::Object(Type::BigUint, id) => Ok(self.objects.unsigned(id)),
            other => fault(format!(
                "{} where a `BigUint` is expected",
                other.describe()
            )),
        }
    }

    pub(crate) fn as_u64(&self, value: Value) -> Run<u64> {
        match self.target(value)? {
            Value::Int(number) => match number
                .as_unsigned()
                .and_then(|number| u64::try_from(number).ok())
            {
                Some(number) => Ok(number),
                None => fault("this number does not fit `u64`"),
            },
            other => fault(format!("{} where a number is expected", other.describe())),
        }
    }

    pub(crate) fn as_index(&self, value: Value) -> Run<usize> {
        let number = self.as_u64(value)?;
        usize::try_from(number).or_else(|_| fault("this number does not fit `usize`"))
    }
}

/// Types whose objects hold bytes.
fn of_bytes(kind: &Type) -> bool {
    matches!(
        kind,
        Type::ManagedBuffer
            | Type::ManagedAddress
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier
            | Type::ByteArray(_)
    )
}

fn check_length(kind: &Type, found: usize) -> Run<()> {
    let wanted = match kind {
        Type::ManagedAddress => 32,
        Type::ByteArray(length) => *length,
        _ => return Ok(()),
    };
    match wanted == found {
        true => Ok(()),
        false => fault(format!(
            "a `{kind}` has `{wanted}` bytes, and this has `{found}`"
        )),
    }
}

/// Whether a type has yet to be found for a literal in it.
fn is_flexible(value: &Value) -> bool {
    match value {
        Value::Int(number) => number.kind() == IntType::Literal,
        other => other
            .parts()
            .is_some_and(|parts| parts.iter().any(is_flexible)),
    }
}

/// Whether a value is of that type already, as far as that is seen from outside.
fn is_data(kind: &Type, value: &Value) -> bool {
    match (kind, value) {
        (wanted, Value::Object(found, _)) => {
            wanted == found
                || matches!(
                    (wanted, found),
                    (Type::ManagedVec(_), Type::ManagedVec(_))
                        | (Type::MultiValueEncoded(_), Type::MultiValueEncoded(_))
                        | (Type::Bytes, _)
                )
        }
        (Type::Int(kind), Value::Int(number)) => number.kind() == *kind,
        (
            Type::ManagedBuffer
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier
            | Type::ManagedAddress,
            Value::Bytes(_),
        ) => false,
        _ => true,
    }
}

fn plain_bytes(values: &[Value]) -> Run<Vec<u8>> {
    let bytes = values.iter().map(|value| match value {
        Value::Int(number) => number
            .as_unsigned()
            .and_then(|number| u8::try_from(number).ok()),
        _ => None,
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    match bytes {
        Some(bytes) => Ok(bytes),
        None => fault("an array of other than bytes"),
    }
}

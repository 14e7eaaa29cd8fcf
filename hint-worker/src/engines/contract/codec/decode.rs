//! Owns turning bytes into values of a type. Every byte may be hostile. Must not know where they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};

use crate::engines::contract::limits::{LimitReached, Meter};
use crate::engines::contract::source::tree::Struct;
use crate::engines::contract::source::types::{IntType, Name, Type};
use crate::engines::contract::values::{Integer, Object, Objects, Value};

/// Lists and structs inside of each other.
const DEEPEST: u32 = 64;

/// Why bytes are not of a type. The texts are those that users of the framework know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("input too short")]
    TooShort,
    #[error("input too long")]
    TooLong,
    #[error("input out of range")]
    OutOfRange,
    #[error("invalid value")]
    Invalid,
    #[error("bad array length")]
    ArrayLength,
    #[error("unsupported operation")]
    Unsupported,
    /// Of a list of arguments.
    #[error("wrong number of arguments")]
    ArgumentCount,
    #[error("{0}")]
    Limit(LimitReached),
}

impl From<LimitReached> for DecodeError {
    fn from(limit: LimitReached) -> Self {
        Self::Limit(limit)
    }
}

type Decoded = Result<Value, DecodeError>;

/// Where values go, and what types are made of.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    pub(crate) objects: &'a mut Objects,
    pub(crate) meter: &'a mut Meter,
    pub(crate) structs: &'a BTreeMap<Name, Arc<Struct>>,
}

impl Decoder<'_> {
    /// Decodes a value that stands alone.
    pub(crate) fn top(&mut self, kind: &Type, bytes: &[u8]) -> Decoded {
        Ok(match kind {
            Type::Unit | Type::Ignore => Value::Unit,
            Type::Bool => match significant(bytes) {
                [] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return Err(DecodeError::OutOfRange),
            },
            Type::Int(kind) => Value::Int(top_integer(*kind, bytes)?),
            Type::Bytes | Type::Inferred => Value::Bytes(bytes.into()),
            Type::BigUint => self.number(bytes)?,
            Type::BigInt => {
                let number = BigInt::from_signed_bytes_be(bytes);
                self.object(Type::BigInt, Object::Signed(number))?
            }
            Type::ManagedAddress if bytes.len() != 32 => return Err(DecodeError::ArrayLength),
            Type::ByteArray(length) if bytes.len() != *length => {
                return Err(DecodeError::ArrayLength);
            }
            Type::ManagedBuffer
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier
            | Type::ManagedAddress
            | Type::ByteArray(_) => self.object(kind.clone(), Object::Bytes(bytes.to_vec()))?,
            Type::ManagedVec(item) => {
                let mut rest = bytes;
                let mut values = Vec::new();
                while !rest.is_empty() {
                    let before = rest.len();
                    values.push(self.nested(item, &mut rest, 0)?);
                    // An item without bytes would go on for ever.
                    if rest.len() == before {
                        return Err(DecodeError::Unsupported);
                    }
                }
                self.object(kind.clone(), Object::Values(values))?
            }
            Type::Option(inner) => match bytes {
                [] => Value::Option(None),
                _ => {
                    let mut rest = bytes;
                    let value = self.nested(&Type::Option(Arc::clone(inner)), &mut rest, 0)?;
                    ended(rest)?;
                    value
                }
            },
            Type::Tuple(_) | Type::Array(..) | Type::Struct(_) => {
                let mut rest = bytes;
                let value = self.nested(kind, &mut rest, 0)?;
                ended(rest)?;
                value
            }
            _ => return Err(DecodeError::Unsupported),
        })
    }

    fn number(&mut self, bytes: &[u8]) -> Decoded {
        self.object(
            Type::BigUint,
            Object::Unsigned(BigUint::from_bytes_be(bytes)),
        )
    }

    fn object(&mut self, kind: Type, object: Object) -> Decoded {
        Ok(Value::Object(kind, self.objects.add(object, self.meter)?))
    }

    /// Decodes a value at the front of `rest`.
    fn nested(&mut self, kind: &Type, rest: &mut &[u8], depth: u32) -> Decoded {
        if depth > DEEPEST {
            return Err(DecodeError::Unsupported);
        }
        self.meter.bytes(size_of::<Value>())?;
        Ok(match kind {
            Type::Unit => Value::Unit,
            Type::Bool => match take(rest, 1)? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return Err(DecodeError::Invalid),
            },
            Type::Int(kind) => {
                let bytes = take(rest, kind.bytes())?;
                Value::Int(top_integer(*kind, bytes)?)
            }
            Type::ManagedAddress => {
                let bytes = take(rest, 32)?;
                self.top(kind, bytes)?
            }
            Type::ByteArray(length) => {
                let bytes = take(rest, *length)?;
                self.top(kind, bytes)?
            }
            Type::Bytes
            | Type::BigUint
            | Type::BigInt
            | Type::ManagedBuffer
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier => {
                let bytes = take_sized(rest)?;
                self.top(kind, bytes)?
            }
            Type::ManagedVec(item) => {
                let mut values = Vec::new();
                for _ in 0..take_length(rest)? {
                    values.push(self.nested(item, rest, depth + 1)?);
                }
                self.object(kind.clone(), Object::Values(values))?
            }
            Type::Option(inner) => match take(rest, 1)? {
                [0] => Value::Option(None),
                [1] => Value::Option(Some(Box::new(self.nested(inner, rest, depth + 1)?))),
                _ => return Err(DecodeError::Invalid),
            },
            Type::Tuple(types) => Value::Tuple(self.each(types.iter(), rest, depth)?),
            Type::Array(item, length) => {
                let types = std::iter::repeat_n(&**item, *length);
                Value::Array(self.each(types, rest, depth)?)
            }
            Type::Struct(name) => {
                let declared = self.structs.get(name).ok_or(DecodeError::Unsupported)?;
                let declared = Arc::clone(declared);
                let types = declared.fields.iter().map(|(_, kind)| kind);
                let parts = self.each(types, rest, depth)?;
                Value::Struct(declared, parts)
            }
            _ => return Err(DecodeError::Unsupported),
        })
    }

    fn each<'t>(
        &mut self,
        types: impl Iterator<Item = &'t Type>,
        rest: &mut &[u8],
        depth: u32,
    ) -> Result<Vec<Value>, DecodeError> {
        let mut values = Vec::new();
        for kind in types {
            values.push(self.nested(kind, rest, depth + 1)?);
        }
        Ok(values)
    }

    /// Decodes a value from as many of `arguments` as it takes.
    pub(crate) fn multi(&mut self, kind: &Type, arguments: &mut &[Vec<u8>]) -> Decoded {
        self.meter.steps(1)?;
        Ok(match kind {
            Type::Unit => Value::Unit,
            Type::Ignore => {
                *arguments = &[];
                Value::Unit
            }
            Type::OptionalValue(_) if arguments.is_empty() => Value::Optional(None),
            Type::OptionalValue(inner) => {
                Value::Optional(Some(Box::new(self.multi(inner, arguments)?)))
            }
            Type::MultiValue(types) => {
                let mut parts = Vec::new();
                for kind in types {
                    parts.push(self.multi(kind, arguments)?);
                }
                Value::Multi(parts)
            }
            Type::MultiValueEncoded(item) => {
                let mut values = Vec::new();
                while !arguments.is_empty() {
                    let before = arguments.len();
                    values.push(self.multi(item, arguments)?);
                    if arguments.len() == before {
                        return Err(DecodeError::Unsupported);
                    }
                }
                self.object(kind.clone(), Object::Values(values))?
            }
            kind => {
                let (first, rest) = arguments.split_first().ok_or(DecodeError::ArgumentCount)?;
                *arguments = rest;
                self.top(kind, first)?
            }
        })
    }
}

fn ended(rest: &[u8]) -> Result<(), DecodeError> {
    match rest.is_empty() {
        true => Ok(()),
        false => Err(DecodeError::TooLong),
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], DecodeError> {
    let (taken, left) = rest.split_at_checked(count).ok_or(DecodeError::TooShort)?;
    *rest = left;
    Ok(taken)
}

fn take_length(rest: &mut &[u8]) -> Result<usize, DecodeError> {
    let bytes = take(rest, 4)?;
    let length = bytes
        .iter()
        .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    usize::try_from(length).map_err(|_| DecodeError::TooShort)
}

fn take_sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], DecodeError> {
    let length = take_length(rest)?;
    take(rest, length)
}

/// Without the zeros in front.
fn significant(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(bytes.len());
    &bytes[start..]
}

fn top_integer(kind: IntType, bytes: &[u8]) -> Result<Integer, DecodeError> {
    let out_of_range = |_| DecodeError::OutOfRange;
    if kind.is_signed() {
        let number = BigInt::from_signed_bytes_be(bytes);
        let number = i128::try_from(number).map_err(|_| DecodeError::OutOfRange)?;
        return Integer::new(kind, number).map_err(out_of_range);
    }
    let bytes = significant(bytes);
    if bytes.len() > kind.bytes() {
        return Err(DecodeError::OutOfRange);
    }
    let number = bytes
        .iter()
        .fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    Integer::unsigned(kind, number).map_err(out_of_range)
}

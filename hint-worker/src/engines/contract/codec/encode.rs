//! Owns turning values into bytes: as a whole ("top"), as a part of something ("nested"), and as a list of
//! arguments ("multi"). Must not know types: a value says what it is.

use num_bigint::BigInt;

use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, ObjectId, Objects, Value};

/// A value that has no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be encoded")]
pub(crate) struct NotEncoded(String);

/// The bytes of an unsigned number, none for zero.
pub(crate) fn minimal(number: u128) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0);
    start.map_or_else(Vec::new, |start| bytes[start..].to_vec())
}

/// The shortest two's complement of a number, none for zero.
pub(crate) fn minimal_signed(number: &BigInt) -> Vec<u8> {
    match *number == BigInt::ZERO {
        true => Vec::new(),
        false => number.to_signed_bytes_be(),
    }
}

/// Encodes a value that stands alone.
pub(crate) fn top(value: &Value, objects: &Objects) -> Result<Vec<u8>, NotEncoded> {
    Ok(match value {
        Value::Unit => Vec::new(),
        Value::Bool(value) => minimal(u128::from(*value)),
        Value::Int(number) => {
            encodable(*number, value)?;
            // As numbers of 64 bits at most, which a signed one of 128 holds.
            match (number.kind().is_signed(), number.as_signed()) {
                (true, Some(number)) => minimal_signed(&BigInt::from(number)),
                _ => minimal(number.bits()),
            }
        }
        Value::Bytes(bytes) => bytes.to_vec(),
        Value::Object(kind, id) => match objects.get(*id) {
            Object::Unsigned(number) if number.bits() == 0 => Vec::new(),
            Object::Unsigned(number) => number.to_bytes_be(),
            Object::Signed(number) => minimal_signed(number),
            Object::Bytes(bytes) => bytes.clone(),
            Object::Values(_) if matches!(kind, Type::MultiValueEncoded(_)) => {
                return Err(NotEncoded(value.describe()));
            }
            Object::Values(values) => all_nested(values, objects)?,
        },
        Value::Option(None) => Vec::new(),
        Value::Option(Some(_)) | Value::Tuple(_) | Value::Array(_) | Value::Struct(..) => {
            let mut bytes = Vec::new();
            nested(value, objects, &mut bytes)?;
            bytes
        }
        _ => return Err(NotEncoded(value.describe())),
    })
}

/// Encodes a value as a part of another.
pub(crate) fn nested(
    value: &Value,
    objects: &Objects,
    out: &mut Vec<u8>,
) -> Result<(), NotEncoded> {
    match value {
        Value::Unit => {}
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::Int(number) => {
            encodable(*number, value)?;
            let bytes = number.bits().to_be_bytes();
            out.extend_from_slice(&bytes[16 - number.kind().bytes()..]);
        }
        Value::Bytes(bytes) => with_length(bytes, out),
        Value::Object(kind, id) => nested_object(value, kind, *id, objects, out)?,
        Value::Option(None) => out.push(0),
        Value::Option(Some(inner)) => {
            out.push(1);
            nested(inner, objects, out)?;
        }
        Value::Tuple(parts) | Value::Array(parts) | Value::Struct(_, parts) => {
            for part in parts {
                nested(part, objects, out)?;
            }
        }
        _ => return Err(NotEncoded(value.describe())),
    }
    Ok(())
}

fn nested_object(
    value: &Value,
    kind: &Type,
    id: ObjectId,
    objects: &Objects,
    out: &mut Vec<u8>,
) -> Result<(), NotEncoded> {
    match (objects.get(id), kind) {
        // Their length is known.
        (Object::Bytes(bytes), Type::ManagedAddress | Type::ByteArray(_)) => {
            out.extend_from_slice(bytes);
        }
        (Object::Values(values), Type::ManagedVec(_)) => {
            out.extend_from_slice(&length(values.len()));
            out.extend(all_nested(values, objects)?);
        }
        (Object::Values(_), _) => return Err(NotEncoded(value.describe())),
        _ => with_length(&top(value, objects)?, out),
    }
    Ok(())
}

fn all_nested(values: &[Value], objects: &Objects) -> Result<Vec<u8>, NotEncoded> {
    let mut out = Vec::new();
    for value in values {
        nested(value, objects, &mut out)?;
    }
    Ok(out)
}

/// Encodes a value as arguments or results: each its own.
pub(crate) fn multi(
    value: &Value,
    objects: &Objects,
    out: &mut Vec<Vec<u8>>,
) -> Result<(), NotEncoded> {
    match value {
        Value::Unit | Value::Optional(None) => {}
        Value::Optional(Some(inner)) => multi(inner, objects, out)?,
        Value::Multi(parts) => {
            for part in parts {
                multi(part, objects, out)?;
            }
        }
        Value::Object(Type::MultiValueEncoded(_), id) => {
            for inner in objects.values(*id) {
                multi(inner, objects, out)?;
            }
        }
        other => out.push(top(other, objects)?),
    }
    Ok(())
}

/// Integers of up to 64 bits are; a literal that nothing gave a type is `i32` in Rust.
fn encodable(number: Integer, value: &Value) -> Result<(), NotEncoded> {
    match number.kind() {
        IntType::U128 | IntType::I128 | IntType::Literal => Err(NotEncoded(value.describe())),
        _ => Ok(()),
    }
}

/// A length as it stands before what is that long.
pub(crate) fn length(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

fn with_length(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&length(bytes.len()));
    out.extend_from_slice(bytes);
}

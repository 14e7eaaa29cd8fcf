//! The methods of `bytes`, and those that make them. Must not know those of strings.

use std::fmt::Write as _;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};

use super::{Decline, Fuel, Integer, Method, Value};
use crate::hexadecimal::{bytes_of, hexadecimal};

/// The longest, in bytes.
const MAX_LENGTH: usize = 1 << 16;

const NO_METHOD: Decline = Decline("a method that is not known");

impl Value {
    /// `bytes` of these.
    pub(crate) fn bytes(bytes: Vec<u8>, fuel: &mut Fuel) -> Result<Self, Decline> {
        fuel.spend_items(bytes.len() / 8)?;
        match bytes.len() > MAX_LENGTH {
            true => Err(Decline("many bytes")),
            false => Ok(Self::Bytes(bytes.into())),
        }
    }
}

/// The bytes that a value gives one after the other, as `bytes` takes them.
pub(crate) fn collected(value: &Value, fuel: &mut Fuel) -> Result<Vec<u8>, Decline> {
    if let Value::Bytes(bytes) = value {
        return Ok(bytes.to_vec());
    }
    let values = value.collect(fuel)?;
    let byte = |value: &Value| match value {
        Value::Integer(_) | Value::Boolean(_) => {
            let number = value.integer()?.to_u64();
            let byte = number.and_then(|number| u8::try_from(number).ok());
            byte.ok_or(Decline("a number that is no byte"))
        }
        _ => Err(Decline("a value that is no byte")),
    };
    values.iter().map(byte).collect()
}

/// A method of `bytes`.
pub(super) fn call(
    method: Method,
    bytes: &Rc<[u8]>,
    arguments: &[Value],
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    fuel.spend_items(bytes.len() / 8)?;
    match (method, arguments) {
        (Method::Hex, []) => {
            fuel.spend_items(bytes.len())?;
            Ok(Value::Text(hexadecimal(bytes).into()))
        }
        // Which other texts bytes are depends on the encoding.
        (Method::Decode, [] | [Value::Text(_)]) if bytes.is_ascii() && is_plain(arguments) => {
            let text = std::str::from_utf8(bytes).map_err(|_| NO_METHOD)?;
            Ok(Value::text(text))
        }
        (Method::Join, [parts]) => {
            let mut joined = Vec::new();
            for (index, part) in parts.collect(fuel)?.iter().enumerate() {
                let Value::Bytes(part) = part else {
                    return Err(Decline("it joins what is no bytes"));
                };
                fuel.spend_items((bytes.len() + part.len()) / 8)?;
                if index > 0 {
                    joined.extend_from_slice(bytes);
                }
                joined.extend_from_slice(part);
            }
            Value::bytes(joined, fuel)
        }
        (Method::StartsWith, [Value::Bytes(start)]) => Ok(bytes.starts_with(start).into()),
        (Method::EndsWith, [Value::Bytes(end)]) => Ok(bytes.ends_with(end).into()),
        _ => Err(NO_METHOD),
    }
}

/// `text.encode()`.
pub(super) fn encode(text: &str, arguments: &[Value], fuel: &mut Fuel) -> Result<Value, Decline> {
    match is_plain(arguments) {
        true => Value::bytes(text.as_bytes().to_vec(), fuel),
        false => Err(NO_METHOD),
    }
}

/// Whether these say that a text is in UTF-8, or nothing.
fn is_plain(arguments: &[Value]) -> bool {
    match arguments {
        [] => true,
        [Value::Text(name)] => matches!(&**name, "utf-8" | "utf8"),
        _ => false,
    }
}

/// `number.to_bytes(length, byteorder, signed=…)`.
pub(crate) fn of_integer(
    number: &Integer,
    arguments: [Option<&Value>; 3],
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    const NO_ROOM: Decline = Decline("a number that has no room");
    let [Some(length), Some(order), signed] = arguments else {
        return Err(NO_METHOD);
    };
    let length = length.integer()?.to_usize().ok_or(NO_ROOM)?;
    let (little, signed) = (is_little(order)?, is_true(signed)?);
    fuel.spend_items(length / 8)?;
    let negative = number.is_negative();
    if length > MAX_LENGTH || (negative && !signed) {
        return Err(NO_ROOM);
    }
    let mut bytes = match signed {
        true if number.is_zero() => Vec::new(),
        true => number.to_bigint().to_signed_bytes_le(),
        false => number.to_bigint().to_bytes_le().1,
    };
    if !signed && number.is_zero() {
        bytes.clear();
    }
    if bytes.len() > length {
        return Err(NO_ROOM);
    }
    bytes.resize(length, if negative { 0xFF } else { 0 });
    if !little {
        bytes.reverse();
    }
    Value::bytes(bytes, fuel)
}

/// `int.from_bytes(bytes, byteorder, signed=…)`.
pub(crate) fn to_integer(
    arguments: [Option<&Value>; 3],
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    let [Some(bytes), Some(order), signed] = arguments else {
        return Err(NO_METHOD);
    };
    let (little, signed) = (is_little(order)?, is_true(signed)?);
    let mut bytes = collected(bytes, fuel)?;
    fuel.spend_items(bytes.len() / 8)?;
    if !little {
        bytes.reverse();
    }
    let number = match signed {
        true => BigInt::from_signed_bytes_le(&bytes),
        false => BigInt::from_bytes_le(Sign::Plus, &bytes),
    };
    Ok(Value::Integer(Integer::from(number)))
}

fn is_little(order: &Value) -> Result<bool, Decline> {
    match order {
        Value::Text(order) if &**order == "little" => Ok(true),
        Value::Text(order) if &**order == "big" => Ok(false),
        _ => Err(Decline("an order of bytes that is none")),
    }
}

fn is_true(value: Option<&Value>) -> Result<bool, Decline> {
    value.map_or(Ok(false), Value::truth)
}

/// `bytes.fromhex(text)`, of digits alone.
pub(crate) fn from_hexadecimal(text: &str, fuel: &mut Fuel) -> Result<Value, Decline> {
    const NO_DIGITS: Decline = Decline("digits that are none");
    fuel.spend_items(text.len())?;
    Value::bytes(bytes_of(text).ok_or(NO_DIGITS)?, fuel)
}

/// `repr`.
pub(super) fn write(bytes: &[u8], out: &mut String) {
    let quote = match bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        true => '"',
        false => '\'',
    };
    out.push('b');
    out.push(quote);
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            b' '..=b'~' => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}

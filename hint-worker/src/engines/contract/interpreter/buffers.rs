//! Owns the methods of what holds bytes: buffers, addresses, tokens. Must not know other values.

use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::types::Type;
use crate::engines::contract::values::{Integer, Object, ObjectId, Value};

impl Interpreter<'_, '_> {
    pub(super) fn bytes_method(
        &mut self,
        kind: Type,
        id: ObjectId,
        arguments: &mut Arguments<'_>,
    ) -> Run {
        let bytes = self.objects.bytes(id).to_vec();
        self.transaction.meter.steps(bytes.len() as u64 / 64)?;
        match arguments.name {
            "len" => Ok(Value::Int(Integer::usize(bytes.len())?)),
            "is_empty" => Ok(Value::Bool(bytes.is_empty())),
            "is_zero" => Ok(Value::Bool(bytes.iter().all(|byte| *byte == 0))),
            "as_managed_buffer"
            | "into_managed_buffer"
            | "as_managed_byte_array"
            | "to_boxed_bytes"
            | "to_byte_array"
            | "to_vec" => self.bytes(Type::ManagedBuffer, bytes),
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
                let slice = bytes
                    .get(start..start.saturating_add(length))
                    .map(<[u8]>::to_vec);
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
                    0..=8 => Some(
                        bytes
                            .iter()
                            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
                    ),
                    _ => None,
                };
                Ok(Value::Option(
                    number.map(|number| Box::new(Value::Int(Integer::u64(number)))),
                ))
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
                let end = bytes
                    .iter()
                    .rposition(|byte| *byte == b'-')
                    .unwrap_or(bytes.len());
                self.bytes(Type::ManagedBuffer, &bytes[..end])
            }
            other => fault(format!("a `{kind}` has no method `{other}` here")),
        }
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

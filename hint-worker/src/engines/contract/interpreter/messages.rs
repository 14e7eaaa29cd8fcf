//! Owns messages with values in them, as `require!` and `sc_format!` write them. Must not know where they go.

use super::frame::Interpreter;
use super::stop::{Run, fault};
use crate::engines::contract::codec::encode;
use crate::engines::contract::source::tree::{Form, Piece, Text};
use crate::engines::contract::source::types::Type;
use crate::engines::contract::values::{Object, Value};

impl Interpreter<'_, '_> {
    /// A message as text.
    pub(crate) fn message(&mut self, text: &Text) -> Run<String> {
        let bytes = self.message_bytes(text)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A message as bytes, which values may be that are no text.
    pub(crate) fn message_bytes(&mut self, text: &Text) -> Run<Vec<u8>> {
        let mut bytes = Vec::new();
        for piece in &text.pieces {
            match piece {
                Piece::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Piece::Value(expression, form) => {
                    let value = self.evaluate_target(expression, None)?;
                    bytes.extend(self.formatted(&value, *form)?);
                }
            }
            self.transaction.meter.bytes(bytes.len())?;
        }
        Ok(bytes)
    }

    fn formatted(&mut self, value: &Value, form: Form) -> Run<Vec<u8>> {
        Ok(match (form, value) {
            (Form::Encoded, _) => hexadecimal(&encode::top(value, &self.objects)?),
            (Form::Display, Value::Int(number)) => number.decimal().into_bytes(),
            (Form::Hex, Value::Int(number)) => format!("{:x}", number.bits()).into_bytes(),
            (Form::Binary, Value::Int(number)) => format!("{:b}", number.bits()).into_bytes(),
            (Form::Display, Value::Bool(value)) => value.to_string().into_bytes(),
            (_, Value::Object(Type::BigUint | Type::BigInt, id)) => {
                let number = match self.objects.get(*id) {
                    Object::Signed(number) => number.clone(),
                    _ => self.objects.unsigned(*id).into(),
                };
                // Numbers take longer to print than to have.
                self.transaction
                    .meter
                    .steps(number.bits().saturating_mul(number.bits()) >> 14)?;
                match form {
                    Form::Hex => format!("{number:x}"),
                    Form::Binary => format!("{number:b}"),
                    _ => number.to_string(),
                }
                .into_bytes()
            }
            (_, Value::Bytes(_) | Value::Object(..)) => {
                let bytes = self.as_bytes(value)?;
                match form {
                    Form::Hex => hexadecimal(&bytes),
                    Form::Binary => bytes
                        .iter()
                        .flat_map(|byte| format!("{byte:08b}").into_bytes())
                        .collect(),
                    _ => bytes,
                }
            }
            (_, other) => return fault(format!("{} cannot stand in a message", other.describe())),
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| format!("{byte:02x}").into_bytes())
        .collect()
}

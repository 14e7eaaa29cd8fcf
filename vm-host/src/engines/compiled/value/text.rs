//! What `str` and `repr` write. Must not know the formats of f-strings.

use std::fmt::Write as _;
use std::rc::Rc;

use super::{Decline, Fuel, MAX_DEPTH, TOO_DEEP, Value, bytes, float};

impl Value {
    /// `str`.
    pub(crate) fn to_text(&self, fuel: &mut Fuel) -> Result<Rc<str>, Decline> {
        match self {
            Self::Text(text) => Ok(Rc::clone(text)),
            Self::Address(address) => {
                Ok(format!("{}:{}", address.segment_index, address.offset).into())
            }
            _ => Ok(self.repr(fuel)?.into()),
        }
    }

    /// `repr`.
    pub(crate) fn repr(&self, fuel: &mut Fuel) -> Result<String, Decline> {
        let mut out = String::new();
        write_repr(self, MAX_DEPTH, &mut out, fuel)?;
        Ok(out)
    }
}

fn write_repr(
    value: &Value,
    depth: usize,
    out: &mut String,
    fuel: &mut Fuel,
) -> Result<(), Decline> {
    let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
    fuel.spend_items(4)?;
    match value {
        Value::None => out.push_str("None"),
        Value::Boolean(true) => out.push_str("True"),
        Value::Boolean(false) => out.push_str("False"),
        Value::Integer(integer) => out.push_str(&integer.to_decimal(fuel)?),
        Value::Float(number) => float::write(*number, out),
        Value::Bytes(found) => {
            fuel.spend_items(found.len())?;
            bytes::write(found, out);
        }
        Value::Text(text) => {
            fuel.spend_items(text.len())?;
            write_quoted(text, out)?;
        }
        Value::Address(address) => {
            let (segment, offset) = (address.segment_index, address.offset);
            // Writing to a string does not fail.
            let _ = write!(
                out,
                "RelocatableValue(segment_index={segment}, offset={offset})"
            );
        }
        Value::Tuple(items) => {
            out.push('(');
            write_items(items, depth, out, fuel)?;
            if items.len() == 1 {
                out.push(',');
            }
            out.push(')');
        }
        Value::List(items) => {
            out.push('[');
            write_items(&items.borrow(), depth, out, fuel)?;
            out.push(']');
        }
        Value::Dict(dict) => {
            out.push('{');
            for (index, (key, value)) in dict.borrow().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_repr(key, depth, out, fuel)?;
                out.push_str(": ");
                write_repr(value, depth, out, fuel)?;
            }
            out.push('}');
        }
        Value::Range(range) => {
            let _ = write!(out, "range({}, {}", range.start, range.stop);
            if range.step != 1 {
                let _ = write!(out, ", {}", range.step);
            }
            out.push(')');
        }
        Value::Set(_)
        | Value::Iterator(_)
        | Value::View(..)
        | Value::Function(_)
        | Value::Module(_)
        | Value::Digest(_)
        | Value::Struct(_)
        | Value::Own(_) => {
            return Err(Decline("the text of an object"));
        }
    }
    Ok(())
}

fn write_items(
    items: &[Value],
    depth: usize,
    out: &mut String,
    fuel: &mut Fuel,
) -> Result<(), Decline> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_repr(item, depth, out, fuel)?;
    }
    Ok(())
}

fn write_quoted(text: &str, out: &mut String) -> Result<(), Decline> {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => {
                out.push('\\');
                out.push(quote);
            }
            ' '..='~' => out.push(character),
            '\0'..='\x7f' => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            // Which others are printable changes with the version.
            _ => return Err(Decline("the quoted text of a character that is not ASCII")),
        }
    }
    out.push(quote);
    Ok(())
}

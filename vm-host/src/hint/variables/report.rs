//! What an engine says of the variables after a hint: which are asked for, and the text that answers, checked as what a
//! hostile worker sent. Must not know how they are handed over.

use std::collections::{BTreeMap, HashSet};

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{Effects, ScopeChange};
use num_bigint::BigInt;
use num_traits::Num;
use serde::Deserialize;

use super::SharedValue;
use crate::hexadecimal::bytes_of;
use crate::hint::error::HintError;
use crate::vm::wire;

/// Bytes of a report.
const MAX_BYTES: usize = 4 << 20;
/// Bits of an integer.
const MAX_BITS: u64 = 4096;
/// Characters of a text, and bytes.
const MAX_CHARACTERS: usize = 4096;
/// Characters of a number that is no integer.
const MAX_DIGITS: usize = 32;
/// Values in a tuple, those in the tuples in it included.
const MAX_VALUES: usize = 64;
/// Tuples around a value.
const MAX_DEPTH: usize = 4;
/// Bytes of the name of what was tampered with.
const MAX_TAMPERED: usize = 1024;

/// Which variables the host wants to know when a hint has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many scopes there are before the hint.
    pub depth: usize,
    /// The variables, each once.
    pub names: Vec<String>,
    /// Whether in every scope, else in the hint's own, unless it left that, and in those that it entered.
    pub all_scopes: bool,
    /// Whether to look for changes of what `SessionInputs::relied_on` says.
    pub tampering: bool,
}

/// What a variable is after a hint.
#[derive(Clone, Debug, PartialEq)]
pub enum Reported {
    /// The scope does not have it.
    Absent,
    /// It stands for an object that only Python can hold.
    Elsewhere,
    /// It has this value, which nothing can change.
    Value(SharedValue),
}

/// What the engine said when a hint had ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Every variable that was asked for, in every scope for which it was: the depth, the name, and what it is. Nothing
    /// when nothing was asked, and when the engine does not know: then each may stand for anything.
    pub variables: Option<Vec<(usize, String, Reported)>>,
    /// The first of what the host relies on that is not as it was.
    pub tampered: Option<String>,
}

impl Told {
    /// What `effects` say as the answer to `report`; `relied_on` are the objects that may be named.
    ///
    /// # Errors
    /// [`HintError::Protocol`] when that is no answer.
    pub(in crate::hint) fn of(
        effects: &Effects,
        report: Option<&Report>,
        relied_on: &HashSet<String>,
    ) -> Result<Self, HintError> {
        let (variables, tampered) = (&effects.variables_json, &effects.tampered);
        if !variables.is_empty() && report.is_none()
            || !tampered.is_empty() && !report.is_some_and(|report| report.tampering)
        {
            return Err(malformed("it told of variables without being asked"));
        }
        if tampered.len() > MAX_TAMPERED {
            return Err(malformed("it told of a change by a name that is too long"));
        }
        let variables = match report {
            Some(report) if !variables.is_empty() => {
                let scopes = effects.scopes.unwrap_or_default();
                Some(report.read(variables, scopes, relied_on)?)
            }
            _ => None,
        };
        Ok(Self {
            variables,
            tampered: (!tampered.is_empty()).then(|| tampered.clone()),
        })
    }
}

impl Report {
    /// The depths of the scopes that are told of when a hint did this to them.
    fn depths(&self, change: ScopeChange) -> Option<std::ops::Range<usize>> {
        let (left, entered) = (change.left as usize, change.entered as usize);
        let kept = self.depth.checked_sub(left)?;
        let first = match (self.all_scopes, left) {
            (true, _) => 0,
            (false, 0) => kept.checked_sub(1)?,
            (false, _) => kept,
        };
        Some(first..kept + entered)
    }

    fn read(
        &self,
        json: &str,
        change: ScopeChange,
        relied_on: &HashSet<String>,
    ) -> Result<Vec<(usize, String, Reported)>, HintError> {
        if json.len() > MAX_BYTES {
            return Err(malformed("its report of variables is too long"));
        }
        let scopes: Vec<(usize, BTreeMap<String, Wire>)> = serde_json::from_str(json)
            .map_err(|_| malformed("its report of variables is not one"))?;
        let wanted = self.depths(change).unwrap_or_default();
        if !scopes.iter().map(|(depth, _)| *depth).eq(wanted) {
            return Err(malformed("it told of variables in other scopes"));
        }
        let mut told = Vec::with_capacity(scopes.len() * self.names.len());
        for (depth, mut variables) in scopes {
            for name in &self.names {
                let Some(value) = variables.remove(name) else {
                    return Err(malformed("it did not tell of all variables"));
                };
                let value = reported(value, relied_on)?;
                told.push((depth, name.clone(), value));
            }
            if !variables.is_empty() {
                return Err(malformed("it told of a variable without being asked"));
            }
        }
        Ok(told)
    }
}

/// A value as the report writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "the names of the first three say all")]
enum Wire {
    Absent(bool),
    Elsewhere(bool),
    None(bool),
    Bool(bool),
    Int(String),
    Float(String),
    Text(String),
    Bytes(String),
    Address(i64, u64),
    Tuple(Vec<Wire>),
    Import(String, String),
}

fn reported(value: Wire, relied_on: &HashSet<String>) -> Result<Reported, HintError> {
    match value {
        Wire::Absent(_) => Ok(Reported::Absent),
        Wire::Elsewhere(_) => Ok(Reported::Elsewhere),
        value => {
            let mut room = MAX_VALUES;
            let value = shared(value, relied_on, (0, &mut room))?;
            Ok(Reported::Value(value))
        }
    }
}

fn shared(
    value: Wire,
    relied_on: &HashSet<String>,
    (depth, room): (usize, &mut usize),
) -> Result<SharedValue, HintError> {
    Ok(match value {
        Wire::Absent(_) | Wire::Elsewhere(_) => {
            return Err(malformed("it told of a tuple that it cannot tell of"));
        }
        Wire::None(_) => SharedValue::None,
        Wire::Bool(value) => SharedValue::Boolean(value),
        Wire::Int(text) => SharedValue::Integer(integer(&text)?),
        Wire::Float(text) => SharedValue::Float(float(&text)?),
        Wire::Bytes(text) => SharedValue::Bytes(bytes(&text)?),
        Wire::Text(text) if text.chars().nth(MAX_CHARACTERS).is_some() => {
            return Err(malformed("it told of a text that is too long"));
        }
        Wire::Text(text) => SharedValue::Text(text),
        Wire::Address(segment, offset) if !wire::is_in_range(segment, offset) => {
            return Err(malformed("it told of an address that is out of range"));
        }
        Wire::Address(segment, offset) => SharedValue::Address(Relocatable {
            segment_index: segment as isize,
            offset: offset as usize,
        }),
        Wire::Tuple(values) => {
            match room.checked_sub(values.len()) {
                Some(left) if depth < MAX_DEPTH => *room = left,
                _ => return Err(malformed("it told of a tuple that is too large")),
            }
            let values = values.into_iter();
            let values = values.map(|value| shared(value, relied_on, (depth + 1, room)));
            SharedValue::Tuple(values.collect::<Result<_, _>>()?)
        }
        Wire::Import(module, name) => {
            if !relied_on.contains(&format!("{module}:{name}")) {
                return Err(malformed("it told of an import that nobody named"));
            }
            SharedValue::Import { module, name }
        }
    })
}

/// An integer as Python's `hex` writes it.
fn integer(text: &str) -> Result<BigInt, HintError> {
    let bad = || malformed("it told of an integer that is none");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let digits = digits.strip_prefix("0x").ok_or_else(bad)?;
    let longest = usize::try_from(MAX_BITS / 4).unwrap_or(usize::MAX);
    if digits.len() > longest || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(bad());
    }
    let value = BigInt::from_str_radix(digits, 16).map_err(|_| bad())?;
    Ok(if negative { -value } else { value })
}

/// A number as Python's `repr` writes it.
fn float(text: &str) -> Result<f64, HintError> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number
        .filter(|_| text.len() <= MAX_DIGITS)
        .ok_or_else(|| malformed("it told of a number that is none"))
}

/// Bytes as Python's `hex` writes them.
fn bytes(text: &str) -> Result<Vec<u8>, HintError> {
    let bytes = bytes_of(text).filter(|bytes| bytes.len() <= MAX_CHARACTERS);
    bytes.ok_or_else(|| malformed("it told of bytes that are none"))
}

fn malformed(text: &str) -> HintError {
    HintError::Protocol(text.to_owned())
}

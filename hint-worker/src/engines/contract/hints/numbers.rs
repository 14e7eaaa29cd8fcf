//! Owns what felts of Cairo are to contracts, and the other way: numbers, addresses, texts, `Uint256`. Must not know
//! hints' lines.

use hint_proto::v1::Effects;
use num_bigint::{BigInt, BigUint};

use super::source::{Argument, Line, Path};
use crate::engines::CallError;
use crate::engines::contract::scenario;
use crate::engines::contract::signature::ParameterKind;
use crate::engines::view::{Address, Felt, Value, View, ViewError};

/// What addresses of callers are.
pub(super) const ADDRESS: ParameterKind = ParameterKind::Address;

/// Why a hint failed.
#[derive(Debug)]
pub(super) enum HintError {
    View(ViewError),
    Text(String),
    /// The same, in this line.
    Line(String, Box<HintError>),
}

impl From<ViewError> for HintError {
    fn from(error: ViewError) -> Self {
        Self::View(error)
    }
}

impl HintError {
    pub(super) fn in_line(self, line: &Line) -> Self {
        Self::Line(
            format!("line {}: `{}`: ", line.number, line.text),
            Box::new(self),
        )
    }

    /// What the host is told.
    pub(super) fn tell(self, effects: Option<Effects>) -> CallError {
        let (place, error) = match self {
            Self::Line(place, error) => (place, *error),
            error => (String::new(), error),
        };
        let text = match error {
            Self::View(ViewError::Lost(error)) => return CallError::Broken(error.into()),
            Self::View(error @ ViewError::Malformed(_)) => {
                return CallError::Refused(error.to_string());
            }
            Self::View(error) => error.to_string(),
            Self::Text(text) | Self::Line(text, _) => text,
        };
        CallError::failed(format!("ContractError: {place}{text}"), effects)
    }
}

fn names(path: &Path) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// The two halves of a `Uint256`.
fn halves(path: &Path) -> (Vec<&str>, Vec<&str>) {
    let (mut low, mut high) = (names(path), names(path));
    low.push("low");
    high.push("high");
    (low, high)
}

fn big(felt: Felt) -> BigUint {
    BigUint::from_bytes_le(&felt.to_bytes())
}

fn felt_of(view: &mut View, path: &[&str]) -> Result<Felt, HintError> {
    match view.get(path)? {
        Value::Felt(felt) => Ok(felt),
        Value::Address(address) => Err(HintError::Text(format!(
            "`ids.{}` is the pointer `{address}`, and no number",
            path.join(".")
        ))),
    }
}

/// The number of a felt or of a `Uint256`, and whether it stands for a negative one.
fn number(view: &mut View, path: &Path) -> Result<(BigUint, Option<BigInt>), HintError> {
    let whole = view.get(&names(path));
    match whole {
        Ok(Value::Felt(felt)) => {
            let signed = match view.field().is_negative(felt) {
                true => Some(-BigInt::from(big(view.field().neg(felt)))),
                false => None,
            };
            Ok((big(felt), signed))
        }
        Ok(Value::Address(address)) => Err(HintError::Text(format!(
            "`ids.{}` is the pointer `{address}`, and no number",
            path.join(".")
        ))),
        // It may be a struct.
        Err(ViewError::Refused(text)) => {
            let (low, high) = halves(path);
            let (Ok(low), Ok(high)) = (felt_of(view, &low), felt_of(view, &high)) else {
                return Err(ViewError::Refused(text).into());
            };
            Ok(((big(high) << 128_u32) + big(low), None))
        }
        Err(error) => Err(error.into()),
    }
}

/// The encoded bytes of an argument of this kind.
pub(super) fn argument_bytes(
    view: &mut View,
    argument: &Argument,
    kind: Option<ParameterKind>,
) -> Result<Vec<u8>, HintError> {
    let path = match argument {
        Argument::Ids(path) => path,
        Argument::Written(text)
            if text.starts_with('-') && kind == Some(ParameterKind::Unsigned) =>
        {
            let text = format!("`{text}` is negative, and the parameter has no sign");
            return Err(HintError::Text(text));
        }
        Argument::Written(text) => {
            return scenario::value(text).map_err(HintError::Text);
        }
    };
    let (number, negative) = number(view, path)?;
    let bytes = match number == BigUint::ZERO {
        true => Vec::new(),
        false => number.to_bytes_be(),
    };
    Ok(match (kind, negative) {
        (Some(ParameterKind::Signed), Some(negative)) => negative.to_signed_bytes_be(),
        (Some(ParameterKind::Signed), None) => match number == BigUint::ZERO {
            true => Vec::new(),
            false => BigInt::from(number).to_signed_bytes_be(),
        },
        (Some(ParameterKind::Address), _) => {
            let unused = 32_usize.saturating_sub(bytes.len());
            [&vec![0; unused][..], &bytes].concat()
        }
        _ => bytes,
    })
}

/// Writes a result: a number into a felt or a `Uint256`.
pub(super) fn set_bytes(view: &mut View, path: &Path, bytes: &[u8]) -> Result<(), HintError> {
    let number = BigUint::from_bytes_be(bytes);
    let too_big = || {
        HintError::Text(format!(
            "a result, `{number}`, does not fit `ids.{}`\nhint: a `Uint256` holds up to 32 bytes",
            path.join(".")
        ))
    };
    let mut little = number.to_bytes_le();
    if little.len() > 32 {
        return Err(too_big());
    }
    little.resize(32, 0);
    let mut whole = [0; 32];
    whole.copy_from_slice(&little);
    let whole_felt = view.field().felt(whole);
    let error = match whole_felt.map(|felt| view.set(&names(path), Value::Felt(felt))) {
        Some(Ok(())) => return Ok(()),
        // Only of a struct something else can be tried.
        Some(Err(
            error @ (ViewError::Inconsistent { .. } | ViewError::Lost(_) | ViewError::Malformed(_)),
        )) => return Err(error.into()),
        Some(Err(error)) => error.into(),
        None => too_big(),
    };
    let (low, high) = halves(path);
    for (names, bytes) in [(&low, &whole[..16]), (&high, &whole[16..])] {
        let mut half = [0; 32];
        half[..16].copy_from_slice(bytes);
        let Some(felt) = view.field().felt(half) else {
            return Err(too_big());
        };
        if view.set(names, Value::Felt(felt)).is_err() {
            return Err(error);
        }
    }
    Ok(())
}

/// Puts a text into a new segment, one cell for each character, and its address and length into `ids`.
pub(super) fn set_text(
    view: &mut View,
    text: &Path,
    length: &Path,
    written: &str,
) -> Result<(), HintError> {
    let base = view.memory.add_segment()?;
    let mut count = 0;
    for (offset, character) in (0..).zip(written.chars()) {
        let felt = Felt::of_u64(u32::from(character).into());
        view.memory
            .write(Address { offset, ..base }, Value::Felt(felt))?;
        count = offset + 1;
    }
    view.set(&names(text), Value::Address(base))?;
    Ok(view.set(&names(length), Value::Felt(Felt::of_u64(count)))?)
}

//! Owns what felts of Cairo are to contracts, and the other way: numbers, addresses, texts, `Uint256`. Must not know
//! hints' lines.

use hint_proto::v1::Effects;
use num_bigint::{BigInt, BigUint};

use super::chain::{ChainError, Given};
use super::source::{Argument, Line, Path};
use crate::engines::CallError;
use crate::engines::contract::signature::ParameterKind;
use crate::engines::view::{Felt, Value, View, ViewError};

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

impl From<ChainError> for HintError {
    fn from(error: ChainError) -> Self {
        Self::Text(error.0)
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

/// The two halves of a `Uint256`.
fn halves(path: &Path) -> [Path; 2] {
    ["low", "high"].map(|name| path.iter().cloned().chain([name.to_owned()]).collect())
}

fn big(felt: Felt) -> BigUint {
    BigUint::from_bytes_le(&felt.to_bytes())
}

fn felt_of(view: &mut View, path: &Path) -> Result<Felt, HintError> {
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
    match felt_of(view, path) {
        Ok(felt) => {
            let signed = match view.field().is_negative(felt) {
                true => Some(-BigInt::from(big(view.field().neg(felt)))),
                false => None,
            };
            Ok((big(felt), signed))
        }
        // It may be a struct.
        Err(HintError::View(ViewError::Refused(text))) => {
            let [low, high] = halves(path);
            let (Ok(low), Ok(high)) = (felt_of(view, &low), felt_of(view, &high)) else {
                return Err(ViewError::Refused(text).into());
            };
            Ok(((big(high) << 128_u32) + big(low), None))
        }
        Err(error) => Err(error),
    }
}

/// The encoded bytes of an argument of this kind.
pub(super) fn argument_bytes(
    view: &mut View,
    argument: &Argument,
    kind: Option<ParameterKind>,
) -> Result<Vec<u8>, HintError> {
    let given = match argument {
        Argument::Written(text) => Given::Text(text.clone()),
        Argument::Ids(path) => {
            let (number, negative) = number(view, path)?;
            Given::Number(match (kind, negative) {
                (Some(ParameterKind::Signed), Some(negative)) => negative,
                _ => number.into(),
            })
        }
    };
    Ok(given.argument(kind)?)
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
    let error = match whole_felt.map(|felt| view.set(path, Value::Felt(felt))) {
        Some(Ok(())) => return Ok(()),
        // Only of a struct something else can be tried.
        Some(Err(
            error @ (ViewError::Inconsistent { .. } | ViewError::Lost(_) | ViewError::Malformed(_)),
        )) => return Err(error.into()),
        Some(Err(error)) => error.into(),
        None => too_big(),
    };
    for (path, bytes) in halves(path).iter().zip(whole.chunks(16)) {
        let mut half = [0; 32];
        half[..16].copy_from_slice(bytes);
        let Some(felt) = view.field().felt(half) else {
            return Err(too_big());
        };
        if view.set(path, Value::Felt(felt)).is_err() {
            return Err(error);
        }
    }
    Ok(())
}

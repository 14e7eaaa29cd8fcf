//! Owns the way of a number from a hint to a parameter of a function, and of a result to a felt. Must not
//! know how texts travel.

use wasmtime::{Val, ValType};

use super::error::WasmError;
use crate::engines::view::{Felt, Field};

/// Integers up to this are floating-point numbers without loss.
const EXACT: i128 = 1 << 53;

/// The types that hints can give to functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    I32,
    I64,
    F32,
    F64,
}

impl Kind {
    /// The kind of a parameter or result; nothing for vectors and references.
    pub(super) fn of(kind: &ValType) -> Option<Self> {
        match kind {
            ValType::I32 => Some(Self::I32),
            ValType::I64 => Some(Self::I64),
            ValType::F32 => Some(Self::F32),
            ValType::F64 => Some(Self::F64),
            ValType::V128 | ValType::Ref(_) => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// A place for a result.
    pub(super) fn zero(self) -> Val {
        match self {
            Self::I32 => Val::I32(0),
            Self::I64 => Val::I64(0),
            Self::F32 => Val::F32(0),
            Self::F64 => Val::F64(0),
        }
    }

    /// An integer as a parameter, signed or unsigned as it fits.
    pub(super) fn integer(self, number: i128) -> Option<Val> {
        match self {
            Self::I32 => {
                let signed = i32::try_from(number);
                let bits = signed.or_else(|_| u32::try_from(number).map(u32::cast_signed));
                bits.ok().map(Val::I32)
            }
            Self::I64 => {
                let signed = i64::try_from(number);
                let bits = signed.or_else(|_| u64::try_from(number).map(u64::cast_signed));
                bits.ok().map(Val::I64)
            }
            Self::F32 | Self::F64 => (-EXACT..=EXACT)
                .contains(&number)
                .then(|| self.float(number as f64))
                .flatten(),
        }
    }

    /// A number with a fraction as a parameter.
    pub(super) fn float(self, number: f64) -> Option<Val> {
        match self {
            Self::I32 | Self::I64 => None,
            Self::F32 => Some(Val::F32((number as f32).to_bits())),
            Self::F64 => Some(Val::F64(number.to_bits())),
        }
    }

    /// A felt as a parameter: above half of the prime it is a negative number.
    pub(super) fn felt(self, felt: Felt, field: &Field) -> Option<Val> {
        let (negative, magnitude) = field.signed(felt);
        let magnitude = i128::from(magnitude?);
        self.integer(if negative { -magnitude } else { magnitude })
    }
}

/// A number as a felt: a negative one modulo the prime.
///
/// # Errors
/// [`WasmError::Call`] when it is no integer.
pub(super) fn felt_of(result: &Val, field: &Field) -> Result<Felt, WasmError> {
    match result {
        Val::I32(number) => Ok(field.of_i64((*number).into())),
        Val::I64(number) => Ok(field.of_i64(*number)),
        _ => Err(WasmError::Call(
            "a floating-point number fits no felt".to_owned(),
        )),
    }
}

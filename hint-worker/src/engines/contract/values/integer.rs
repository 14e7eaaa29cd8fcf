//! Owns arithmetic on Rust's integers, checked: what does not fit is an error. Must not know other values.

use std::cmp::Ordering;

use num_traits::{CheckedRem, PrimInt};

use crate::engines::contract::source::tree::Operator;
use crate::engines::contract::source::types::IntType;

/// An integer of a type. Of `u128`, the same bits as a signed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    kind: IntType,
    value: i128,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArithmeticError {
    /// It does not fit the type.
    Overflow(IntType),
    DivisionByZero,
    /// The two are of different types.
    Types(IntType, IntType),
}

impl Integer {
    /// A number of the type, if it fits.
    pub(crate) fn new(kind: IntType, value: i128) -> Result<Self, ArithmeticError> {
        let fits = match kind {
            IntType::U128 => value >= 0,
            IntType::I128 | IntType::Literal => true,
            _ => {
                let bits = kind.bytes() * 8;
                let (least, most) = match kind.is_signed() {
                    true => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
                    false => (0, (1_i128 << bits) - 1),
                };
                (least..=most).contains(&value)
            }
        };
        match fits {
            true => Ok(Self { kind, value }),
            false => Err(ArithmeticError::Overflow(kind)),
        }
    }

    /// The same without a sign, which may be bigger for `u128`.
    pub(crate) fn unsigned(kind: IntType, value: u128) -> Result<Self, ArithmeticError> {
        match (kind, i128::try_from(value)) {
            (IntType::U128, _) => Ok(Self {
                kind,
                value: value.cast_signed(),
            }),
            (_, Ok(value)) => Self::new(kind, value),
            (_, Err(_)) => Err(ArithmeticError::Overflow(kind)),
        }
    }

    pub(crate) fn usize(value: usize) -> Result<Self, ArithmeticError> {
        Self::unsigned(IntType::Usize, value as u128)
    }

    pub(crate) fn u64(value: u64) -> Self {
        Self {
            kind: IntType::U64,
            value: value.into(),
        }
    }

    pub(crate) fn kind(self) -> IntType {
        self.kind
    }

    /// The number, if it is not negative.
    pub(crate) fn as_unsigned(self) -> Option<u128> {
        match self.kind {
            IntType::U128 => Some(self.value.cast_unsigned()),
            _ => u128::try_from(self.value).ok(),
        }
    }

    /// The number, if it is not above 2^127.
    pub(crate) fn as_signed(self) -> Option<i128> {
        match self.kind {
            IntType::U128 => i128::try_from(self.value.cast_unsigned()).ok(),
            _ => Some(self.value),
        }
    }

    pub(crate) fn as_usize(self) -> Option<usize> {
        usize::try_from(self.as_unsigned()?).ok()
    }

    /// What `as` makes of it: the low bits.
    pub(crate) fn cast(self, kind: IntType) -> Self {
        let value = match kind {
            IntType::U128 | IntType::I128 | IntType::Literal => self.value,
            _ => {
                let unused = 128 - kind.bytes() * 8;
                match kind.is_signed() {
                    true => (self.value << unused) >> unused,
                    false => ((self.value.cast_unsigned() << unused) >> unused).cast_signed(),
                }
            }
        };
        Self { kind, value }
    }

    /// The two with one type: a literal takes that of the other.
    pub(crate) fn agree(self, other: Self) -> Result<(Self, Self), ArithmeticError> {
        match (self.kind, other.kind) {
            (left, right) if left == right => Ok((self, other)),
            (IntType::Literal, kind) => Ok((Self::new(kind, self.value)?, other)),
            (kind, IntType::Literal) => Ok((self, Self::new(kind, other.value)?)),
            (left, right) => Err(ArithmeticError::Types(left, right)),
        }
    }

    pub(crate) fn compare(self, other: Self) -> Result<Ordering, ArithmeticError> {
        let (left, right) = self.agree(other)?;
        Ok(match left.kind {
            IntType::U128 => left.value.cast_unsigned().cmp(&right.value.cast_unsigned()),
            _ => left.value.cmp(&right.value),
        })
    }

    /// The result of an operator that is no comparison.
    pub(crate) fn calculate(
        self,
        operator: Operator,
        other: Self,
    ) -> Result<Self, ArithmeticError> {
        // The number of bits of a shift is of any type.
        if matches!(operator, Operator::ShiftLeft | Operator::ShiftRight) {
            return self.shift(operator, other);
        }
        let (left, right) = self.agree(other)?;
        let divides = matches!(operator, Operator::Divide | Operator::Remainder);
        if divides && right.value == 0 {
            return Err(ArithmeticError::DivisionByZero);
        }
        let kind = left.kind;
        let overflow = ArithmeticError::Overflow(kind);
        if kind == IntType::U128 {
            let (left, right) = (left.value.cast_unsigned(), right.value.cast_unsigned());
            let value = checked(operator, left, right).ok_or(overflow)?;
            let value = value.cast_signed();
            return Ok(Self { kind, value });
        }
        let value = checked(operator, left.value, right.value);
        Self::new(kind, value.ok_or(overflow)?)
    }

    fn shift(self, operator: Operator, count: Self) -> Result<Self, ArithmeticError> {
        let overflow = ArithmeticError::Overflow(self.kind);
        let width = u32::try_from(self.kind.bytes() * 8).unwrap_or(u32::MAX);
        let count = count
            .as_unsigned()
            .and_then(|count| u32::try_from(count).ok());
        let count = count.filter(|count| *count < width).ok_or(overflow)?;
        let value = match operator {
            Operator::ShiftLeft => self.value << count,
            _ if self.kind == IntType::U128 => (self.value.cast_unsigned() >> count).cast_signed(),
            _ => self.value >> count,
        };
        // Bits that leave on the left are gone, as in Rust.
        Ok(Self { value, ..self }.cast(self.kind))
    }

    pub(crate) fn negative(self) -> Result<Self, ArithmeticError> {
        let value = self.value.checked_neg();
        let value = value.ok_or(ArithmeticError::Overflow(self.kind))?;
        Self::new(self.kind, value)
    }

    pub(crate) fn not(self) -> Self {
        Self {
            value: !self.value,
            ..self
        }
        .cast(self.kind)
    }

    pub(crate) fn decimal(self) -> String {
        match self.kind {
            IntType::U128 => self.value.cast_unsigned().to_string(),
            _ => self.value.to_string(),
        }
    }

    /// The bits of its width, as a number.
    pub(crate) fn bits(self) -> u128 {
        let unused = 128 - self.kind.bytes() * 8;
        (self.value.cast_unsigned() << unused) >> unused
    }
}

/// The result of an operator that is neither a comparison nor a shift, if it fits.
fn checked<T: PrimInt + CheckedRem>(operator: Operator, left: T, right: T) -> Option<T> {
    match operator {
        Operator::Add => left.checked_add(&right),
        Operator::Subtract => left.checked_sub(&right),
        Operator::Multiply => left.checked_mul(&right),
        Operator::Divide => left.checked_div(&right),
        Operator::Remainder => left.checked_rem(&right),
        Operator::BitAnd => Some(left & right),
        Operator::BitOr => Some(left | right),
        Operator::BitXor => Some(left ^ right),
        _ => None,
    }
}

//! A value as the reference VM computes with it. Unlike `cairo-vm`, it lets a pointer's offset be any
//! field element (an offset below zero wraps around) and an address be an integer.

use std::fmt;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use num_traits::ToPrimitive;

/// A value, or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// An integer.
    Int(Felt252),
    /// A place in a segment.
    Pointer {
        /// The segment.
        segment: isize,
        /// The offset, modulo the prime.
        offset: Felt252,
    },
}

/// The text of a Python exception.
pub(super) type Raised<T> = Result<T, String>;

impl Value {
    /// The address, where it is one that a memory cell can have.
    pub(crate) fn address(self) -> Option<Relocatable> {
        match self {
            Self::Int(_) => None,
            Self::Pointer { segment, offset } => {
                let offset = offset.to_usize()?;
                Some(Relocatable::from((segment, offset)))
            }
        }
    }

    /// The value moved by a number of cells.
    pub(crate) fn moved(self, by: isize) -> Self {
        match self {
            Self::Int(value) => Self::Int(value + Felt252::from(by as i64)),
            Self::Pointer { segment, offset } => Self::Pointer {
                segment,
                offset: offset + Felt252::from(by as i64),
            },
        }
    }

    /// The same segment at another offset.
    pub(super) fn with_offset(self, offset: usize) -> Self {
        match self {
            Self::Int(_) => self,
            Self::Pointer { segment, .. } => Self::Pointer {
                segment,
                offset: Felt252::from(offset),
            },
        }
    }

    /// `self + other`.
    pub(super) fn add(self, other: Self) -> Raised<Self> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Ok(Self::Int(left + right)),
            (Self::Pointer { segment, offset }, Self::Int(value))
            | (Self::Int(value), Self::Pointer { segment, offset }) => Ok(Self::Pointer {
                segment,
                offset: offset + value,
            }),
            _ => Err(format!(
                "Cannot add two relocatable values: {self} + {other}."
            )),
        }
    }

    /// `self - other`.
    pub(super) fn subtract(self, other: Self) -> Raised<Self> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Ok(Self::Int(left - right)),
            (Self::Pointer { segment, offset }, Self::Int(value)) => Ok(Self::Pointer {
                segment,
                offset: offset - value,
            }),
            (Self::Int(_), Self::Pointer { .. }) => {
                Err("unsupported operand type(s) for -: 'int' and 'RelocatableValue'".to_string())
            }
            (
                Self::Pointer { segment, offset },
                Self::Pointer {
                    segment: other_segment,
                    offset: other_offset,
                },
            ) => {
                if segment == other_segment {
                    Ok(Self::Int(offset - other_offset))
                } else {
                    Err(format!(
                        "Can only subtract two relocatable values of the same segment ({segment} != {other_segment})."
                    ))
                }
            }
        }
    }

    /// How Python shows the value inside a tuple or a dict.
    pub(crate) fn repr(self) -> String {
        match self {
            Self::Int(_) => self.to_string(),
            Self::Pointer { segment, offset } => format!(
                "RelocatableValue(segment_index={segment}, offset={})",
                decimal(&offset)
            ),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => formatter.write_str(&decimal(value)),
            Self::Pointer { segment, offset } => {
                write!(formatter, "{segment}:{}", decimal(offset))
            }
        }
    }
}

impl From<Relocatable> for Value {
    fn from(address: Relocatable) -> Self {
        Self::Pointer {
            segment: address.segment_index,
            offset: Felt252::from(address.offset),
        }
    }
}

impl From<MaybeRelocatable> for Value {
    fn from(value: MaybeRelocatable) -> Self {
        match value {
            MaybeRelocatable::Int(value) => Self::Int(value),
            MaybeRelocatable::RelocatableValue(address) => address.into(),
        }
    }
}

/// The felt as a decimal number from 0 to the prime.
pub(crate) fn decimal(value: &Felt252) -> String {
    value.to_biguint().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_wrap_around_the_prime() {
        let pointer = Value::from(Relocatable::from((1, 2)));
        assert_eq!(pointer.moved(-3).moved(3), pointer);
        assert!(pointer.moved(-3).address().is_none());
        assert_eq!(pointer.moved(3).to_string(), "1:5");
    }

    #[test]
    fn a_pointer_has_another_form_inside_a_tuple() {
        let pointer = Value::from(Relocatable::from((-1, 2)));
        assert_eq!(
            pointer.repr(),
            "RelocatableValue(segment_index=-1, offset=2)"
        );
        assert_eq!(Value::Int(Felt252::from(-1)).repr().len(), 76);
    }
}

//! Owns what a cell may hold. Must not know where cells are kept.

use std::fmt;

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::Relocatable;

use super::felt::{Felt, Field};

/// Offsets at and above this do not exist.
pub(super) const OFFSET_BOUND: u64 = 1 << 63;

/// An address in the VM's memory; its offset is below 2**63.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// Segment index; negative for temporary segments.
    pub segment: i64,
    /// Offset in cells.
    pub offset: u64,
}

/// What a cell may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Felt(Felt),
    /// An address.
    Address(Address),
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.segment, self.offset)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Felt(felt) => felt.fmt(formatter),
            Self::Address(address) => address.fmt(formatter),
        }
    }
}

impl Address {
    /// The address so many cells on, if it exists.
    #[must_use]
    pub fn plus(self, cells: i64) -> Option<Self> {
        let offset = self.offset.checked_add_signed(cells)?;
        (offset < OFFSET_BOUND).then_some(Self { offset, ..self })
    }

    /// The address as messages have it.
    #[must_use]
    pub fn to_wire(self) -> Relocatable {
        Relocatable {
            segment: self.segment,
            offset: self.offset.cast_signed(),
        }
    }
}

impl Value {
    /// The value in the bytes of a cell; nothing when it is empty, not below the prime or malformed.
    #[must_use]
    pub fn of_bytes(bytes: &[u8; CELL_BYTES], field: &Field) -> Option<Self> {
        match Cell::decode(bytes).ok()? {
            Cell::Empty => None,
            Cell::Felt(bytes) => field.felt(bytes).map(Self::Felt),
            Cell::Relocatable { segment, offset } => {
                (offset < OFFSET_BOUND).then_some(Self::Address(Address { segment, offset }))
            }
        }
    }

    /// The cell that holds the value.
    #[must_use]
    pub fn to_cell(self) -> Cell {
        match self {
            Self::Felt(felt) => Cell::Felt(felt.to_bytes()),
            Self::Address(Address { segment, offset }) => Cell::Relocatable { segment, offset },
        }
    }

    /// The number, if it is none of the others.
    #[must_use]
    pub fn felt(self) -> Option<Felt> {
        match self {
            Self::Felt(felt) => Some(felt),
            Self::Address(_) => None,
        }
    }

    /// The address, if it is one.
    #[must_use]
    pub fn address(self) -> Option<Address> {
        match self {
            Self::Felt(_) => None,
            Self::Address(address) => Some(address),
        }
    }
}

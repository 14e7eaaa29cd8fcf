//! Cairo types.

use std::fmt;

use super::scoped_name::ScopedName;
use crate::program::places::Location;

/// A type whose struct names are full names.
#[derive(Clone, Debug)]
pub(in crate::program) enum CairoType {
    /// `felt`.
    Felt,
    /// `codeoffset`.
    Codeoffset,
    /// `T*`.
    Pointer(Box<CairoType>),
    /// A struct, or a type definition that stands for one.
    Struct {
        name: ScopedName,
        location: Option<Location>,
    },
    /// `(T, S)` or `(a: T, b: S)`.
    Tuple(Vec<TupleMember>),
}

/// A member of a tuple type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::program) struct TupleMember {
    pub(in crate::program) name: Option<String>,
    pub(in crate::program) cairo_type: CairoType,
}

impl CairoType {
    /// A pointer to this type.
    pub(in crate::program) fn pointer(self) -> Self {
        Self::Pointer(Box::new(self))
    }

    /// Whether a value of this type is a plain cell to hints: felt, felt*, T**.
    pub(in crate::program) fn is_simple(&self) -> bool {
        match self {
            Self::Felt => true,
            Self::Pointer(pointee) => matches!(**pointee, Self::Felt | Self::Pointer(_)),
            _ => false,
        }
    }

    /// The struct to which this type points.
    pub(in crate::program) fn pointed_struct(&self) -> Option<&ScopedName> {
        match self {
            Self::Pointer(pointee) => match &**pointee {
                Self::Struct { name, .. } => Some(name),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Places do not count.
impl PartialEq for CairoType {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Felt, Self::Felt) | (Self::Codeoffset, Self::Codeoffset) => true,
            (Self::Pointer(a), Self::Pointer(b)) => a == b,
            (Self::Struct { name: a, .. }, Self::Struct { name: b, .. }) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for CairoType {}

impl fmt::Display for CairoType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Felt => formatter.write_str("felt"),
            Self::Codeoffset => formatter.write_str("codeoffset"),
            Self::Pointer(pointee) => write!(formatter, "{pointee}*"),
            Self::Struct { name, .. } => write!(formatter, "{name}"),
            Self::Tuple(members) => {
                formatter.write_str("(")?;
                for (index, member) in members.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(formatter, "{separator}{member}")?;
                }
                let lonely = members.len() == 1 && members[0].name.is_none();
                formatter.write_str(if lonely { ",)" } else { ")" })
            }
        }
    }
}

impl fmt::Display for TupleMember {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{name}: {}", self.cairo_type),
            None => write!(formatter, "{}", self.cairo_type),
        }
    }
}

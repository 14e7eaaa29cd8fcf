//! Owns what a name of `ids` stands for, as the host said it, checked. Must not know how names are found.

use std::str::FromStr as _;

use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::{Definition, Raised, ReferenceAccess};
use num_bigint::BigInt;

use super::error::ViewError;
use super::expression::Expression;
use super::felt::{Felt, Field};

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Meaning {
    /// A constant, reduced.
    Constant(Felt),
    /// The full name of a namespace, function or label.
    Scope(String),
    /// The full name of a struct.
    Struct(String),
    /// A reference.
    Reference { get: Reading, set: Writing },
    /// Using it raises this.
    Raised(Raised),
}

/// How a reference is read.
#[derive(Debug)]
pub(super) enum Reading {
    Value(Expression),
    /// The struct of this full name at this address.
    Struct(Expression, String),
    Raised(Raised),
}

/// How a reference is written.
#[derive(Debug)]
pub(super) enum Writing {
    /// The cell at this address.
    Cell(Expression),
    Raised(Raised),
}

impl Meaning {
    pub(super) fn of_wire(definition: &Definition, field: &Field) -> Result<Self, ViewError> {
        let malformed = || ViewError::Malformed("definition");
        Ok(match definition.access.as_ref().ok_or_else(malformed)? {
            Access::Constant(text) => {
                let number = BigInt::from_str(text).map_err(|_| malformed())?;
                Self::Constant(field.reduce(&number))
            }
            Access::ScopeAccess(scope) => Self::Scope(scope.full_name.clone()),
            Access::StructName(full_name) => Self::Struct(full_name.clone()),
            Access::Raised(raised) => Self::Raised(raised.clone()),
            Access::Reference(reference) => Self::Reference {
                get: reading(reference, field)?,
                set: writing(reference, field)?,
            },
        })
    }
}

fn reading(reference: &ReferenceAccess, field: &Field) -> Result<Reading, ViewError> {
    Ok(match &reference.get {
        Some(Get::Value(value)) => Reading::Value(Expression::of_wire(Some(value), field)?),
        Some(Get::StructReference(pointer)) => Reading::Struct(
            Expression::of_wire(pointer.address.as_ref(), field)?,
            pointer.struct_name.clone(),
        ),
        Some(Get::GetRaised(raised)) => Reading::Raised(raised.clone()),
        None => return Err(ViewError::Malformed("reference")),
    })
}

fn writing(reference: &ReferenceAccess, field: &Field) -> Result<Writing, ViewError> {
    Ok(match &reference.set {
        Some(Set::Address(address)) => Writing::Cell(Expression::of_wire(Some(address), field)?),
        Some(Set::SetRaised(raised)) => Writing::Raised(raised.clone()),
        None => return Err(ViewError::Malformed("reference")),
    })
}

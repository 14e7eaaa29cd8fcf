//! The names of a program and what they stand for.
//!
//! Owns identifiers, their definitions and types, and how names are looked up in them. Must not know
//! expressions, hints or the JSON.

mod cairo_type;
mod definition;
mod identifier_error;
mod identifiers;
mod lookup;
mod scoped_name;

pub(super) use cairo_type::{CairoType, TupleMember};
pub(super) use definition::{Definition, Member, StructDefinition};
pub(super) use identifier_error::IdentifierError;
pub(super) use identifiers::{Entry, Found, Identifiers};
pub(super) use lookup::Search;
pub(crate) use scoped_name::ScopedName;

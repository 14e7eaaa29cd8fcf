//! Owns where something stands in a source file, and what is said of a contract that cannot be used. Must not
//! know the grammar.

use std::fmt;
use std::sync::Arc;

use proc_macro2::Span;

/// A line and a column, both from 1 on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        let start = span.start();
        Self {
            line: u32::try_from(start.line).unwrap_or(u32::MAX),
            column: u32::try_from(start.column.saturating_add(1)).unwrap_or(u32::MAX),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// A contract's source says something that this interpreter does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{place}: {reason}")]
pub struct Refusal {
    pub(crate) file: Arc<str>,
    pub(crate) place: Place,
    pub(crate) reason: String,
}

/// A refusal before it is known in which file.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) place: Place,
    pub(crate) reason: String,
}

impl Refused {
    pub(crate) fn at(place: impl Into<Place>, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl From<syn::Error> for Refused {
    fn from(error: syn::Error) -> Self {
        Self::at(error.span(), format!("syntax error: {error}"))
    }
}

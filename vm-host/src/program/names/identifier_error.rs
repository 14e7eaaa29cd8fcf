//! Why a name stands for nothing, in the words of the reference VM.

use std::fmt;
use std::sync::Arc;

use super::scoped_name::ScopedName;
use crate::program::raised::{Class, Raised};

/// Why a name stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::program) enum IdentifierError {
    /// Nothing has this name. It is the start of the name that was looked up.
    Missing { name: ScopedName },
    /// It is a scope, not an identifier.
    NotAnIdentifier { name: ScopedName },
    /// It is an identifier, not a scope.
    NotAScope {
        name: ScopedName,
        kind: Arc<str>,
        /// Where it leads, if it is an alias.
        destination: Option<ScopedName>,
    },
    /// Aliases that lead nowhere, and the rest.
    Other(String),
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name } => write!(formatter, "Unknown identifier '{name}'."),
            Self::NotAnIdentifier { name } => {
                write!(
                    formatter,
                    "Expected '{name}' to be an identifier, found a scope name."
                )
            }
            Self::NotAScope { name, kind, .. } => {
                write!(
                    formatter,
                    "Identifier '{name}' is {kind}, expected a scope."
                )
            }
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

impl IdentifierError {
    /// The exception that the reference VM raises.
    pub(in crate::program) fn to_raised(&self) -> Raised {
        let class = match self {
            Self::Missing { .. } => Class::MissingIdentifier,
            Self::NotAnIdentifier { .. } => Class::NotAnIdentifier,
            Self::NotAScope { .. } => Class::NotAScope,
            Self::Other(_) => Class::Identifier,
        };
        Raised::new(class, self.to_string())
    }
}

//! Names with their scopes.

use std::fmt;
use std::sync::Arc;

use crate::program::error::{ProgramError, excerpt};

/// More parts than any name has: looking a name up takes time for each.
const MAX_PARTS: usize = 256;

/// A name with its scopes, for example `__main__.main.x`; may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopedName(Arc<str>);

impl ScopedName {
    pub fn empty() -> Self {
        Self(Arc::from(""))
    }

    /// A name from its text; `None` when a part is empty or there are too many.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::empty());
        }
        let valid = text.split('.').all(|part| !part.is_empty());
        (valid && text.split('.').take(MAX_PARTS + 1).count() <= MAX_PARTS)
            .then(|| Self(text.into()))
    }

    /// A name that a program writes.
    pub(in crate::program) fn of_program(text: &str) -> Result<Self, ProgramError> {
        Self::parse(text).ok_or_else(|| ProgramError::Name(excerpt(text)))
    }

    /// With dots between the parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.').filter(|part| !part.is_empty())
    }

    /// The last part, or nothing.
    pub fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or("")
    }

    /// This name inside that scope.
    pub fn join(&self, name: &str) -> Self {
        match (self.0.is_empty(), name.is_empty()) {
            (_, true) => self.clone(),
            (true, false) => Self(name.into()),
            (false, false) => Self(format!("{}.{name}", self.0).into()),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.parts().count()
    }

    pub(super) fn from_parts(parts: &[&str]) -> Self {
        Self(parts.join(".").into())
    }
}

impl fmt::Display for ScopedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

//! Names of the program and how they are looked up: scopes, aliases, accessible scopes.
//!
//! The order of look-ups and every error text follow the reference VM.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::definition::Definition;
use super::error::ProgramError;
use super::raised::{Class, Raised};

/// More parts than any name has.
const MAX_PARTS: usize = 256;

/// Longer chains of aliases count as cycles: some grow for ever without a repetition.
const MAX_ALIASES: usize = 100;

/// A name with its scopes, for example `__main__.main.x`; may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopedName(Arc<str>);

/// All identifiers of a program, by scope.
#[derive(Debug)]
pub(super) struct Identifiers {
    scopes: Vec<Scope>,
    definitions: Vec<Entry>,
}

/// An identifier with its full name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: ScopedName,
    pub(super) definition: Definition,
}

/// One scope: what it holds itself and the scopes inside.
#[derive(Debug, Default)]
struct Scope {
    inner: HashMap<Box<str>, usize>,
    identifiers: HashMap<Box<str>, usize>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    /// Number of the identifier.
    pub(super) index: usize,
    /// It.
    pub(super) entry: &'a Entry,
    /// How many parts of the name that was looked up remain, as in `struct.member`.
    remaining: usize,
}

/// An identifier, or a scope without a definition of its own.
#[derive(Debug)]
pub(super) enum Search<'a> {
    Identifier(Found<'a>),
    Scope(ScopedName),
}

/// Why a name stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IdentifierError {
    /// Nothing has this name. It is the start of the name that was looked up.
    Missing {
        /// The name.
        name: ScopedName,
    },
    /// It is a scope, not an identifier.
    NotAnIdentifier {
        /// The name.
        name: ScopedName,
    },
    /// It is an identifier, not a scope.
    NotAScope {
        /// The name.
        name: ScopedName,
        /// Its kind.
        kind: Arc<str>,
        /// Where it leads, if it is an alias.
        destination: Option<ScopedName>,
    },
    /// Aliases that lead nowhere, and the rest.
    Other(String),
}

impl ScopedName {
    /// The empty name.
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

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts.
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

    fn count(&self) -> usize {
        self.parts().count()
    }

    fn from_parts(parts: &[&str]) -> Self {
        Self(parts.join(".").into())
    }
}

impl fmt::Display for ScopedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
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
    pub(super) fn to_raised(&self) -> Raised {
        let class = match self {
            Self::Missing { .. } => Class::MissingIdentifier,
            Self::NotAnIdentifier { .. } => Class::NotAnIdentifier,
            Self::NotAScope { .. } => Class::NotAScope,
            Self::Other(_) => Class::Identifier,
        };
        Raised::new(class, self.to_string())
    }
}

impl Default for Identifiers {
    fn default() -> Self {
        Self {
            scopes: vec![Scope::default()],
            definitions: Vec::new(),
        }
    }
}

impl Identifiers {
    /// Adds an identifier; one of the same name is replaced.
    pub(super) fn add(&mut self, text: &str, definition: Definition) -> Result<(), ProgramError> {
        let invalid = || ProgramError::Name(super::error::excerpt(text));
        let name = ScopedName::parse(text).filter(|name| !text.is_empty() && name.count() > 0);
        let name = name.ok_or_else(invalid)?;
        let mut scope = 0;
        let mut parts = name.parts().peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                let next = self.definitions.len();
                let index = *self.scopes[scope]
                    .identifiers
                    .entry(part.into())
                    .or_insert(next);
                let entry = Entry {
                    name: name.clone(),
                    definition,
                };
                if index == next {
                    self.definitions.push(entry);
                } else {
                    self.definitions[index] = entry;
                }
                break;
            }
            let next = self.scopes.len();
            let inner = *self.scopes[scope].inner.entry(part.into()).or_insert(next);
            if inner == next {
                self.scopes.push(Scope::default());
            }
            scope = inner;
        }
        Ok(())
    }

    /// All identifiers, in the order of the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.definitions.iter()
    }

    /// Number of identifiers.
    pub(super) fn len(&self) -> usize {
        self.definitions.len()
    }

    /// The identifier of that number.
    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.definitions[index]
    }

    /// Looks a name up, aliases resolved. Some parts of it may remain.
    pub(super) fn get(&self, name: &ScopedName) -> Result<Found<'_>, IdentifierError> {
        let mut found = self.get_unresolved(name)?;
        let mut current = name.clone();
        let mut visited = vec![current.clone()];
        while let Definition::Alias { destination } = &found.entry.definition {
            current = destination.join(&found.remaining_of(&current));
            if visited.contains(&current) || visited.len() >= MAX_ALIASES {
                visited.push(current);
                return Err(IdentifierError::Other(format!(
                    "Cyclic aliasing detected: {}",
                    arrows(&visited)
                )));
            }
            visited.push(current.clone());
            found = match self.get_unresolved(&current) {
                Err(error @ IdentifierError::Missing { .. }) => {
                    return Err(IdentifierError::Other(format!(
                        "Alias resolution failed: {}. {error}",
                        arrows(&visited)
                    )));
                }
                other => other?,
            };
        }
        Ok(found)
    }

    /// The identifier of exactly that name, aliases not resolved.
    pub(super) fn get_by_full_name(&self, name: &ScopedName) -> Option<Found<'_>> {
        self.get_unresolved(name)
            .ok()
            .filter(|found| found.remaining == 0)
    }

    /// Looks a name up in accessible scopes, the last one first: an identifier, else a scope.
    pub(super) fn search(
        &self,
        accessible_scopes: &[ScopedName],
        name: &str,
    ) -> Result<Search<'_>, IdentifierError> {
        let error = match self.search_identifier(accessible_scopes, name) {
            Ok(found) => return Ok(Search::Identifier(found)),
            Err(error) => error,
        };
        let scope = search_scopes(accessible_scopes, name, |name| self.get_scope(&name));
        scope.map(Search::Scope).map_err(|_| error)
    }

    /// Looks an identifier up in accessible scopes, the last one first.
    pub(super) fn search_identifier(
        &self,
        accessible_scopes: &[ScopedName],
        name: &str,
    ) -> Result<Found<'_>, IdentifierError> {
        search_scopes(accessible_scopes, name, |name| self.get(&name))
    }

    fn get_unresolved(&self, name: &ScopedName) -> Result<Found<'_>, IdentifierError> {
        let parts: Vec<&str> = name.parts().collect();
        let mut scope = &self.scopes[0];
        for (depth, part) in parts.iter().enumerate() {
            let inner = scope.inner.get(*part);
            if depth + 1 < parts.len()
                && let Some(inner) = inner
            {
                scope = &self.scopes[*inner];
                continue;
            }
            if let Some(&index) = scope.identifiers.get(*part) {
                let entry = &self.definitions[index];
                return Ok(Found {
                    index,
                    entry,
                    remaining: parts.len() - depth - 1,
                });
            }
            let name = ScopedName::from_parts(&parts[..=depth]);
            return Err(match inner {
                Some(_) => IdentifierError::NotAnIdentifier { name },
                None => IdentifierError::Missing { name },
            });
        }
        Err(IdentifierError::Other(
            "The 'name' argument must not be empty.".to_owned(),
        ))
    }

    /// The canonical name of a scope, aliases resolved.
    fn get_scope(&self, name: &ScopedName) -> Result<ScopedName, IdentifierError> {
        let mut current = name.clone();
        let mut visited: Vec<ScopedName> = Vec::new();
        while !visited.contains(&current) && visited.len() < MAX_ALIASES {
            visited.push(current.clone());
            let error = match self.get_scope_unresolved(&current) {
                Ok(()) => return Ok(current),
                Err((
                    IdentifierError::NotAScope {
                        destination: Some(next),
                        ..
                    },
                    rest,
                )) => {
                    current = next.join(&rest);
                    continue;
                }
                Err((error, _)) => error,
            };
            if visited.len() == 1 {
                return Err(error);
            }
            let resolution = arrows(&visited);
            return Err(IdentifierError::Other(format!(
                "Alias resolution failed: {resolution}. {error}"
            )));
        }
        visited.push(current);
        Err(IdentifierError::Other(format!(
            "Cyclic aliasing detected: {}",
            arrows(&visited)
        )))
    }

    /// Whether a scope has that name; else the error and what of the name remains behind it.
    fn get_scope_unresolved(&self, name: &ScopedName) -> Result<(), (IdentifierError, String)> {
        let parts: Vec<&str> = name.parts().collect();
        let mut scope = &self.scopes[0];
        for (depth, part) in parts.iter().enumerate() {
            if let Some(inner) = scope.inner.get(*part) {
                scope = &self.scopes[*inner];
                continue;
            }
            let name = ScopedName::from_parts(&parts[..=depth]);
            let error = match scope.identifiers.get(*part) {
                None => IdentifierError::Missing { name },
                Some(&index) => {
                    let definition = &self.definitions[index].definition;
                    let destination = match definition {
                        Definition::Alias { destination } => Some(destination.clone()),
                        _ => None,
                    };
                    IdentifierError::NotAScope {
                        name,
                        kind: definition.kind().into(),
                        destination,
                    }
                }
            };
            return Err((error, parts[depth + 1..].join(".")));
        }
        Ok(())
    }
}

impl<'a> Found<'a> {
    /// The canonical name; an error when parts of the name remain.
    pub(super) fn canonical_name(self) -> Result<&'a ScopedName, IdentifierError> {
        if self.remaining == 0 {
            return Ok(&self.entry.name);
        }
        Err(IdentifierError::Other(format!(
            "Unexpected '.' after '{}' which is {}.",
            self.entry.name,
            self.entry.definition.kind()
        )))
    }

    /// What remains of the name that was looked up.
    fn remaining_of(self, name: &ScopedName) -> String {
        let parts: Vec<&str> = name.parts().collect();
        parts[parts.len() - self.remaining..].join(".")
    }
}

/// Tries scope after scope, later ones first, while the failure is already in the scope itself or in
/// the first part of the name.
fn search_scopes<T>(
    accessible_scopes: &[ScopedName],
    name: &str,
    look_up: impl Fn(ScopedName) -> Result<T, IdentifierError>,
) -> Result<T, IdentifierError> {
    for scope in accessible_scopes.iter().rev() {
        match look_up(scope.join(name)) {
            Err(IdentifierError::Missing { name }) if name.count() <= scope.count() + 1 => {}
            other => return other,
        }
    }
    let first = name.split('.').next().unwrap_or("");
    Err(IdentifierError::Missing {
        name: ScopedName(first.into()),
    })
}

fn arrows(names: &[ScopedName]) -> String {
    names
        .iter()
        .map(ScopedName::as_str)
        .collect::<Vec<_>>()
        .join(" -> ")
}

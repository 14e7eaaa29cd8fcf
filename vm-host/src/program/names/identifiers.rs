//! All identifiers of a program, by scope. Must not know aliases: those are followed in `lookup`.

use std::collections::HashMap;

use super::definition::Definition;
use super::identifier_error::IdentifierError;
use super::scoped_name::ScopedName;
use crate::program::error::{ProgramError, excerpt};

/// All identifiers of a program, by scope.
#[derive(Debug)]
pub(in crate::program) struct Identifiers {
    scopes: Vec<Scope>,
    definitions: Vec<Entry>,
}

/// An identifier with its full name.
#[derive(Debug)]
pub(in crate::program) struct Entry {
    pub(in crate::program) name: ScopedName,
    pub(in crate::program) definition: Definition,
}

/// One scope: what it holds itself and the scopes inside.
#[derive(Debug, Default)]
struct Scope {
    inner: HashMap<Box<str>, usize>,
    identifiers: HashMap<Box<str>, usize>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(in crate::program) struct Found<'a> {
    pub(in crate::program) index: usize,
    pub(in crate::program) entry: &'a Entry,
    /// How many parts of the name that was looked up remain, as in `struct.member`.
    pub(super) remaining: usize,
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
    pub(in crate::program) fn add(
        &mut self,
        text: &str,
        definition: Definition,
    ) -> Result<(), ProgramError> {
        let invalid = || ProgramError::Name(excerpt(text));
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
    pub(in crate::program) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.definitions.iter()
    }

    pub(in crate::program) fn len(&self) -> usize {
        self.definitions.len()
    }

    /// The identifier of that number.
    pub(in crate::program) fn entry(&self, index: usize) -> &Entry {
        &self.definitions[index]
    }

    pub(super) fn get_unresolved(&self, name: &ScopedName) -> Result<Found<'_>, IdentifierError> {
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

    /// Whether a scope has that name; else the error and what of the name remains behind it.
    pub(super) fn get_scope_unresolved(
        &self,
        name: &ScopedName,
    ) -> Result<(), (IdentifierError, String)> {
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
    pub(in crate::program) fn canonical_name(self) -> Result<&'a ScopedName, IdentifierError> {
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
    pub(super) fn remaining_of(self, name: &ScopedName) -> String {
        let parts: Vec<&str> = name.parts().collect();
        parts[parts.len() - self.remaining..].join(".")
    }
}

//! How names are looked up: through aliases, in accessible scopes.
//!
//! The order of look-ups and every error text follow the reference VM.

use super::definition::Definition;
use super::identifier_error::IdentifierError;
use super::identifiers::{Found, Identifiers};
use super::scoped_name::ScopedName;

/// Longer chains of aliases count as cycles: some grow for ever without a repetition.
const MAX_ALIASES: usize = 100;

/// An identifier, or a scope without a definition of its own.
#[derive(Debug)]
pub(in crate::program) enum Search<'a> {
    Identifier(Found<'a>),
    Scope(ScopedName),
}

impl Identifiers {
    /// Looks a name up, aliases resolved. Some parts of it may remain.
    pub(in crate::program) fn get(&self, name: &ScopedName) -> Result<Found<'_>, IdentifierError> {
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
    pub(in crate::program) fn get_by_full_name(&self, name: &ScopedName) -> Option<Found<'_>> {
        self.get_unresolved(name)
            .ok()
            .filter(|found| found.remaining == 0)
    }

    /// Looks a name up in accessible scopes, the last one first: an identifier, else a scope.
    pub(in crate::program) fn search(
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
    pub(in crate::program) fn search_identifier(
        &self,
        accessible_scopes: &[ScopedName],
        name: &str,
    ) -> Result<Found<'_>, IdentifierError> {
        search_scopes(accessible_scopes, name, |name| self.get(&name))
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
        name: ScopedName::from_parts(&[first]),
    })
}

fn arrows(names: &[ScopedName]) -> String {
    names
        .iter()
        .map(ScopedName::as_str)
        .collect::<Vec<_>>()
        .join(" -> ")
}

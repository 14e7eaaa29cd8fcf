//! What an engine was told, for one language: an engine of several languages may keep them apart. Must not
//! know how anything is told.

use std::collections::HashSet;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{self, ScopeChange};

use super::known::KnownCells;
use super::statistics::EngineCounts;
use crate::vm::wire;

/// One language of an engine.
#[derive(Debug, Default)]
pub(super) struct Language {
    /// As requests name it: empty for Python.
    pub(super) name: String,
    /// Whether hints in it were loaded.
    pub(super) used: bool,
    /// The cells that the engine holds.
    pub(super) known: KnownCells,
    /// The structs that the engine knows, by their names on the wire.
    pub(super) structs: HashSet<String>,
    /// What the engine has to be told of the hint scopes with the next hint.
    untold_scopes: ScopeChange,
    /// How many of the cells that hints took out of memory it was told.
    removed: usize,
    /// What its hints cost.
    pub(super) counts: EngineCounts,
}

impl Language {
    /// A language as hints name it.
    pub(super) fn new(name: &str) -> Self {
        let name = if name == hint_proto::PYTHON { "" } else { name };
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// As hints name it.
    pub(super) fn full_name(&self) -> &str {
        match self.name.as_str() {
            "" => hint_proto::PYTHON,
            name => name,
        }
    }

    /// Takes note of what hints did to the scopes that this engine did not run in this language.
    pub(super) fn follow_scopes(&mut self, change: ScopeChange) {
        let ScopeChange { left, entered } = change;
        let untold = &mut self.untold_scopes;
        untold.left += left.saturating_sub(untold.entered);
        untold.entered = untold.entered.saturating_sub(left) + entered;
    }

    /// What it has to be told of the scopes, once.
    pub(super) fn take_untold_scopes(&mut self) -> Option<ScopeChange> {
        let change = std::mem::take(&mut self.untold_scopes);
        (change != ScopeChange::default()).then_some(change)
    }

    /// The cells among all that were ever `removed` which it holds and was not told of; it is now.
    pub(super) fn take_removed(&mut self, removed: &[Relocatable]) -> Vec<v1::Relocatable> {
        if self.removed == removed.len() {
            return Vec::new();
        }
        let mut told = Vec::new();
        for cell in &removed[self.removed..] {
            if self.known.contains(*cell) {
                self.known.remove(*cell);
                told.push(wire::relocatable(*cell));
            }
        }
        self.removed = removed.len();
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_that_were_entered_since_are_left_first() {
        let mut language = Language::new("other");
        let change = |left, entered| ScopeChange { left, entered };
        language.follow_scopes(change(1, 2));
        language.follow_scopes(change(1, 0));
        assert_eq!(language.take_untold_scopes(), Some(change(1, 1)));
        language.follow_scopes(change(0, 1));
        language.follow_scopes(change(3, 1));
        assert_eq!(language.take_untold_scopes(), Some(change(2, 1)));
        assert_eq!(language.take_untold_scopes(), None);
    }

    #[test]
    fn removed_cells_are_told_once_to_those_who_hold_them() {
        let at = |offset| Relocatable::from((1, offset));
        let mut language = Language::new("python");
        assert_eq!(
            (language.name.as_str(), language.full_name()),
            ("", "python")
        );
        language.known.insert(at(4));
        let removed = [at(3), at(4)];
        let told = [wire::relocatable(at(4))];
        assert_eq!(language.take_removed(&removed), told);
        assert!(language.take_removed(&removed).is_empty());
        // Written again, sent again, removed again.
        language.known.insert(at(4));
        assert_eq!(language.take_removed(&[at(3), at(4), at(4)]), told);
    }
}

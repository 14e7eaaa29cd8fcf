//! Which hints run in Rust: decided once when a program is loaded, from all its hints, and only where
//! nobody can tell the difference from running them in Python. Must not know sessions or workers.

mod names;
mod native;
mod reference;
#[cfg(test)]
mod tests;
mod tokens;
mod twins;

pub use native::NativeHints;

use std::any::Any;
use std::collections::BTreeSet;

use crate::program::CompiledProgram;
use names::Names;

/// Where one hint runs, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Whether it runs in Rust.
    pub native: bool,
    /// A short sentence.
    pub reason: String,
}

/// What is placed, and what the Rust side needs to run it.
pub(super) struct Plan {
    placements: Vec<Placement>,
    compiled: Vec<Option<Compiled>>,
}

/// A hint ready to run in Rust.
pub(super) struct Compiled {
    twin: &'static twins::Twin,
    data: Box<dyn Any>,
}

/// Where every hint of a program runs under `auto`, in the order of their ids.
#[must_use]
pub fn place(program: &CompiledProgram) -> Vec<Placement> {
    plan(program).placements
}

fn plan(program: &CompiledProgram) -> Plan {
    let hints = program.hints();
    let names: Vec<Names> = hints.iter().map(|hint| Names::of(&hint.code)).collect();
    let mut compiled = Vec::with_capacity(hints.len());
    let mut reasons = Vec::with_capacity(hints.len());
    for hint in hints {
        match twins::find(&hint.code).and_then(|twin| reference::compile(program, hint, twin)) {
            Ok(hint) => {
                compiled.push(Some(hint));
                reasons.push("no scope variables shared, same effect".to_owned());
            }
            Err(reason) => {
                compiled.push(None);
                reasons.push(reason);
            }
        }
    }
    if let Some(owner) = (0..hints.len()).find(|&id| names[id].changes_memory_rules) {
        let reason = format!(
            "the hint at pc {} changes how memory behaves",
            hints[owner].pc
        );
        for (hint, why) in compiled.iter_mut().zip(&mut reasons) {
            if hint.take().is_some() {
                why.clone_from(&reason);
            }
        }
    }
    separate(program, &names, &mut compiled, &mut reasons);
    let placements = compiled
        .iter()
        .zip(reasons)
        .map(|(hint, reason)| Placement {
            native: hint.is_some(),
            reason,
        })
        .collect();
    Plan {
        placements,
        compiled,
    }
}

/// Moves every hint to Python that shares a name with a hint there, until none does.
fn separate(
    program: &CompiledProgram,
    names: &[Names],
    compiled: &mut [Option<Compiled>],
    reasons: &mut [String],
) {
    let hints = program.hints();
    let mut open: Vec<usize> = (0..hints.len())
        .filter(|&id| compiled[id].is_none())
        .collect();
    // Hints of the same text have the same names, so one look at each text is enough.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(python) = open.pop() {
        if !seen.insert(&hints[python].code) {
            continue;
        }
        for id in 0..hints.len() {
            if compiled[id].is_none() {
                continue;
            }
            let Some(shared) = names[python].shared_with(&names[id]) else {
                continue;
            };
            compiled[id] = None;
            reasons[id] = format!(
                "shares scope variable `{shared}` with the hint at pc {}",
                hints[python].pc
            );
            open.push(id);
        }
    }
}

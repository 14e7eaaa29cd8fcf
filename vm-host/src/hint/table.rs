//! Which hints stand at which pc, for the program of the run and for those that hints load.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;

use crate::program::{CompiledProgram, Hint};

/// A program at its place in memory.
#[derive(Clone, Debug)]
pub(crate) struct LoadedProgram {
    /// The program.
    pub(crate) program: Arc<CompiledProgram>,
    /// Where its code starts.
    pub(crate) base: Relocatable,
    /// The session's number of its first hint.
    pub(crate) first_hint: u32,
}

/// The hints of a session, numbered in the order in which they were loaded.
#[derive(Debug, Default)]
pub(crate) struct HintTable {
    programs: Vec<LoadedProgram>,
    /// For each hint its program and its number there.
    owners: Vec<(u32, u32)>,
    /// The hints at each pc of the run's own program, which is asked for at every step.
    main: Vec<Box<[u32]>>,
    /// The hints at all other pcs.
    elsewhere: HashMap<Relocatable, Box<[u32]>>,
}

impl HintTable {
    /// Adds a program whose code starts at `base`; its hints replace those at the same pcs.
    pub(crate) fn add(
        &mut self,
        program: Arc<CompiledProgram>,
        base: Relocatable,
    ) -> &LoadedProgram {
        let first_hint = self.owners.len() as u32;
        let owner = self.programs.len() as u32;
        let mut groups: HashMap<usize, Vec<u32>> = HashMap::new();
        for (index, hint) in (0..).zip(program.hints()) {
            self.owners.push((owner, index));
            groups.entry(hint.pc).or_default().push(first_hint + index);
        }
        if owner == 0 && base.segment_index == 0 {
            // Only as many as there are instructions: the base and the pcs of a hint's program may be
            // anything.
            self.main
                .resize(base.offset + program.data().len(), Box::default());
        }
        for (pc, ids) in groups {
            // No pc is as large, so such a hint never runs.
            let Some(offset) = base.offset.checked_add(pc) else {
                continue;
            };
            match self.main.get_mut(offset) {
                Some(hints) if base.segment_index == 0 => *hints = ids.into(),
                _ => {
                    let address = Relocatable {
                        segment_index: base.segment_index,
                        offset,
                    };
                    self.elsewhere.insert(address, ids.into());
                }
            }
        }
        self.programs.push(LoadedProgram {
            program,
            base,
            first_hint,
        });
        &self.programs[owner as usize]
    }

    /// The hints at `pc`, in order.
    #[must_use]
    #[inline]
    pub(crate) fn at(&self, pc: Relocatable) -> &[u32] {
        let main = match pc.segment_index {
            0 => self.main.get(pc.offset),
            _ => None,
        };
        let hints = match main {
            None if !self.elsewhere.is_empty() => self.elsewhere.get(&pc),
            found => found,
        };
        hints.map_or(&[], |hints| hints)
    }

    /// A hint and its program.
    #[must_use]
    pub(crate) fn hint(&self, id: u32) -> Option<(&LoadedProgram, &Hint)> {
        let (owner, index) = self.owners.get(id as usize)?;
        let loaded = &self.programs[*owner as usize];
        Some((loaded, &loaded.program.hints()[*index as usize]))
    }

    /// The programs, the run's own first.
    #[must_use]
    pub(crate) fn programs(&self) -> &[LoadedProgram] {
        &self.programs
    }

    /// How many hints were loaded.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.owners.len()
    }
}

//! Which hints stand at which pc, for the program of the run and for those that hints load.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;

use crate::program::{CompiledProgram, Hint};

/// A program at its place in memory.
#[derive(Clone, Debug)]
pub struct LoadedProgram {
    /// The program.
    pub program: Arc<CompiledProgram>,
    /// Where its code starts.
    pub base: Relocatable,
    /// The session's number of its first hint.
    pub first_hint: u32,
}

/// The hints of a session, numbered in the order in which they were loaded.
#[derive(Debug, Default)]
pub struct HintTable {
    programs: Vec<LoadedProgram>,
    owners: Vec<(u32, u32)>,
    main: Vec<Box<[u32]>>,
    elsewhere: HashMap<Relocatable, Box<[u32]>>,
}

impl HintTable {
    /// Adds a program whose code starts at `base`; its hints replace those at the same pcs.
    pub fn add(&mut self, program: Arc<CompiledProgram>, base: Relocatable) -> &LoadedProgram {
        let first_hint = self.owners.len() as u32;
        let owner = self.programs.len() as u32;
        let mut groups: HashMap<usize, Vec<u32>> = HashMap::new();
        for (index, hint) in (0..).zip(program.hints()) {
            self.owners.push((owner, index));
            groups.entry(hint.pc).or_default().push(first_hint + index);
        }
        for (pc, ids) in groups {
            let offset = base.offset + pc;
            if base.segment_index == 0 {
                if self.main.len() <= offset {
                    self.main.resize(offset + 1, Box::default());
                }
                self.main[offset] = ids.into();
            } else {
                let address = Relocatable {
                    segment_index: base.segment_index,
                    offset,
                };
                self.elsewhere.insert(address, ids.into());
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
    pub fn at(&self, pc: Relocatable) -> &[u32] {
        let hints = if pc.segment_index == 0 {
            self.main.get(pc.offset)
        } else if self.elsewhere.is_empty() {
            None
        } else {
            self.elsewhere.get(&pc)
        };
        hints.map_or(&[], |hints| hints)
    }

    /// A hint and its program.
    #[must_use]
    pub fn hint(&self, id: u32) -> Option<(&LoadedProgram, &Hint)> {
        let (owner, index) = self.owners.get(id as usize)?;
        let loaded = &self.programs[*owner as usize];
        Some((loaded, &loaded.program.hints()[*index as usize]))
    }

    /// The programs, the run's own first.
    #[must_use]
    pub fn programs(&self) -> &[LoadedProgram] {
        &self.programs
    }

    /// How many hints were loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }
}

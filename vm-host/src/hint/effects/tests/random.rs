//! Random effects, most of them nearly right: whatever they are, a cell that was written never changes.

use super::*;
use crate::hint::testing::{PROGRAM, raw_run};
use crate::program::fuzzing::Random;

/// Hints of one VM.
const HINTS: usize = 60;
const VMS: u64 = 60;

impl Random {
    /// True once in `times`.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn many<T>(&mut self, limit: u64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(limit + 1)).map(|_| make(self)).collect()
    }

    fn segment(&mut self) -> isize {
        match self.below(40) {
            0 => 99,
            1 => isize::MIN,
            _ => self.below(13) as isize - 4,
        }
    }

    fn offset(&mut self) -> u64 {
        match self.below(60) {
            0 => u64::MAX,
            1 => 1 << 40,
            2 => self.below(80),
            _ => self.below(14),
        }
    }

    fn value(&mut self) -> MaybeRelocatable {
        match self.below(6) {
            0 => pointer(self.below(6) as isize, self.below(5) as usize),
            // cairo-vm forgets the offset when such a segment is moved to a felt.
            1 => pointer(-1 - self.below(3) as isize, 0),
            // Few values, so that cells are often written again with the same one.
            _ => int(self.below(3)),
        }
    }

    fn run(&mut self) -> v1::CellRun {
        let (segment, offset) = (self.segment(), self.offset());
        if self.once_in(60) {
            let length = self.below(70);
            let bytes = (0..length).map(|_| self.next() as u8).collect();
            return raw_run(segment, offset, bytes);
        }
        let values = self.many(3, Self::value);
        run_of(segment, offset, &values)
    }

    fn address(&mut self) -> v1::Relocatable {
        let offset = self.below(20) as i64;
        let negative = self.once_in(20);
        address(self.segment(), if negative { -offset } else { offset })
    }

    fn bytes(&mut self) -> Vec<u8> {
        match self.below(20) {
            0 => vec![0xff; 32],
            1 => Vec::new(),
            _ => felt(Felt252::from(self.below(5))),
        }
    }

    fn relocation(&mut self) -> RelocationRule {
        let destination = match self.once_in(2) {
            true => Destination::Address(self.address()),
            false => Destination::Felt(self.bytes().into()),
        };
        relocation(-(self.below(60) as i64), destination)
    }

    fn effects(&mut self) -> Effects {
        let rare = |random: &mut Self| random.once_in(4);
        Effects {
            writes: self.many(3, Self::run),
            added_segments: self.many(1, |random| AddedSegment {
                size: rare(random).then(|| random.below(9)),
            }),
            added_temporary_segments: self.below(2) as u32,
            relocation_rules: match rare(self) {
                true => self.many(2, Self::relocation),
                false => Vec::new(),
            },
            finalized_segments: match rare(self) {
                true => self.many(2, |random| FinalizedSegment {
                    segment: random.segment() as i64,
                    size: Some(random.offset()),
                    public_cells: Vec::new(),
                }),
                false => Vec::new(),
            },
            signatures: match rare(self) {
                true => self.many(2, |random| Signature {
                    address: Some(random.address()),
                    r: random.bytes().into(),
                    s: random.bytes().into(),
                }),
                false => Vec::new(),
            },
            output_state: rare(self).then(|| OutputState {
                base: Some(self.address()),
                ..OutputState::default()
            }),
            rules: match rare(self) {
                true => self.many(2, |random| Rule {
                    id: random.below(9) as u32,
                    kind: random.below(4) as i32,
                    segment: random.segment() as i64,
                }),
                false => Vec::new(),
            },
            ..Effects::default()
        }
    }
}

#[test]
fn cells_never_change() {
    let (mut accepted, mut refused, mut written) = (0, 0, 0);
    for seed in 0..VMS {
        let mut random = Random(seed);
        let mut scene = Scene::new();
        let mut before = scene.state();
        for hint in 0..HINTS {
            let effects = random.effects();
            let place = format!("seed {seed}, hint {hint}: {effects:?}");
            let result = scene.apply(&effects);
            let after = scene.state();
            for (cell, value) in &before.cells {
                // A pointer into a temporary segment is read as moved once it is known where to.
                let moved = after.relocations.moves().value(value.clone());
                assert_eq!(after.cells.get(cell), Some(&moved), "{cell:?}, {place}");
            }
            match result {
                Ok(_) => {
                    accepted += 1;
                    written += after.cells.len() - before.cells.len();
                    let runs = effects.writes.iter().filter(|run| !run.values.is_empty());
                    for run in runs {
                        let first = (run.segment as isize, run.offset as usize);
                        assert!(after.cells.contains_key(&first), "{first:?}, {place}");
                    }
                }
                Err(_) => {
                    refused += 1;
                    assert_eq!(after, before, "{place}");
                }
            }
            before = after;
        }
        assert_eq!(before.cells[&(PROGRAM, 0)], int(10));
    }
    // Else the numbers above were badly chosen, and the test shows little.
    assert!(accepted > 500 && refused > 500, "{accepted}, {refused}");
    assert!(written > 1000, "{written}");
}

//! Which cells the engine already holds. A cell once written never changes, so it is sent once.

use std::collections::HashMap;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::cell::{CELL_BYTES, EMPTY};
use hint_proto::v1::CellRun;

/// Cells of a segment for which one machine word is kept.
const WORD: usize = u64::BITS as usize;

/// A set of cells: one bit for each cell of a segment up to the last that is in it.
#[derive(Debug, Default)]
pub(crate) struct KnownCells {
    segments: Vec<Vec<u64>>,
    temporary: HashMap<isize, Vec<u64>>,
}

impl KnownCells {
    /// Whether the engine holds the cell.
    #[must_use]
    pub(crate) fn contains(&self, cell: Relocatable) -> bool {
        let words = match usize::try_from(cell.segment_index) {
            Ok(index) => self.segments.get(index),
            Err(_) => self.temporary.get(&cell.segment_index),
        };
        words
            .and_then(|words| words.get(cell.offset / WORD))
            .is_some_and(|word| word & bit(cell) != 0)
    }

    /// The engine holds the cell, which exists, from now on.
    pub(super) fn insert(&mut self, cell: Relocatable) {
        let words = match usize::try_from(cell.segment_index) {
            Ok(index) => {
                if self.segments.len() <= index {
                    self.segments.resize_with(index + 1, Vec::new);
                }
                &mut self.segments[index]
            }
            Err(_) => self.temporary.entry(cell.segment_index).or_default(),
        };
        let index = cell.offset / WORD;
        if words.len() <= index {
            words.resize(index + 1, 0);
        }
        words[index] |= bit(cell);
    }

    /// The engine holds the cells of a run that are not empty, which exist, from now on.
    pub(crate) fn insert_run(&mut self, run: &CellRun) {
        let (cells, _) = run.values.as_chunks::<CELL_BYTES>();
        // The cells first: a range that goes on behind the last one could overflow.
        for (cell, offset) in cells.iter().zip(run.offset..) {
            if *cell != EMPTY {
                self.insert(Relocatable {
                    segment_index: run.segment as isize,
                    offset: offset as usize,
                });
            }
        }
    }

    /// The cell is empty again.
    pub(crate) fn remove(&mut self, cell: Relocatable) {
        let words = match usize::try_from(cell.segment_index) {
            Ok(index) => self.segments.get_mut(index),
            Err(_) => self.temporary.get_mut(&cell.segment_index),
        };
        if let Some(word) = words.and_then(|words| words.get_mut(cell.offset / WORD)) {
            *word &= !bit(cell);
        }
    }
}

fn bit(cell: Relocatable) -> u64 {
    1 << (cell.offset % WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart_by_segment_and_offset() {
        let at = |segment_index, offset| Relocatable {
            segment_index,
            offset,
        };
        let mut known = KnownCells::default();
        for cell in [at(0, 0), at(3, 64), at(-1, 5)] {
            assert!(!known.contains(cell));
            known.insert(cell);
            assert!(known.contains(cell));
        }
        for cell in [at(0, 1), at(3, 0), at(3, 63), at(-2, 5), at(1, 5)] {
            assert!(!known.contains(cell), "{cell}");
        }
        known.remove(at(3, 64));
        known.remove(at(9, 9));
        assert!(!known.contains(at(3, 64)));
        assert!(known.contains(at(0, 0)));
    }
}

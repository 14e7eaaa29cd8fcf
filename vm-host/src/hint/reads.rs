//! Learned reads: what a hint needed that it was not sent, remembered as paths. The next execution of the
//! same hint is sent those cells too, so that in the steady state a hint costs one round trip.

use cairo_vm::types::relocatable::Relocatable;

use crate::program::{CellPath, Frame};

/// Most remembered reads of one hint. Every one is followed before every execution, so that a hint which
/// reads something else each time must not collect more and more.
const MAX_READS: usize = 64;
/// Longest remembered read, in cells: 128 KiB, which takes longer to send than a question takes.
const MAX_CELLS: u64 = 4096;
/// Reads this close to a remembered one extend it: sending so many cells that nobody wants is cheaper than
/// following a second path.
const NEAR: i64 = 16;
/// A pointer explains an address at most this far from its target. Farther off, two segments' worth of
/// unrelated cells would be as good an explanation.
const REACH: i64 = 1 << 16;
/// Longest chain of pointers that is remembered. A hint that walks a list goes another way each time.
const MAX_CHAIN: u32 = 6;

/// Consecutive cells at a path.
#[derive(Clone, Debug)]
pub(crate) struct LearnedRead {
    /// Where the first cell is.
    pub path: CellPath,
    /// How many.
    pub count: u64,
}

/// The remembered needs of one hint.
#[derive(Clone, Debug, Default)]
pub(crate) struct LearnedReads {
    /// Cells that it reads or writes.
    pub reads: Vec<LearnedRead>,
    /// Segments whose length it needs: those of these paths' targets.
    pub lengths: Vec<CellPath>,
}

/// A pointer that the current execution has seen: the path of its cell, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Pointer {
    /// Where the pointer itself is stored.
    pub cell: CellPath,
    /// What it points to.
    pub target: Relocatable,
}

impl LearnedReads {
    /// Remembers that `count` cells at `address` were needed.
    pub(crate) fn read(
        &mut self,
        address: Relocatable,
        count: u64,
        frame: &Frame,
        pointers: &[Pointer],
    ) -> Option<CellPath> {
        let path = explain(address, frame, pointers)?;
        let count = count.clamp(1, MAX_CELLS);
        for read in &mut self.reads {
            if let Some(distance) = distance(&read.path, &path) {
                let end = distance.saturating_add_unsigned(count);
                if (0..=i64::try_from(read.count)
                    .unwrap_or(i64::MAX)
                    .saturating_add(NEAR))
                    .contains(&distance)
                {
                    read.count = read.count.max(end.unsigned_abs()).min(MAX_CELLS);
                    return Some(path);
                }
            }
        }
        if self.reads.len() < MAX_READS {
            self.reads.push(LearnedRead {
                path: path.clone(),
                count,
            });
        }
        Some(path)
    }

    /// Remembers that the length of the segment at `address` was needed.
    pub(crate) fn length(&mut self, address: Relocatable, frame: &Frame, pointers: &[Pointer]) {
        if let Some(path) = explain(address, frame, pointers)
            && self.lengths.len() < MAX_READS
            && !self.lengths.contains(&path)
        {
            self.lengths.push(path);
        }
    }
}

/// The path that leads to `address` in the fewest cells.
fn explain(address: Relocatable, frame: &Frame, pointers: &[Pointer]) -> Option<CellPath> {
    let from = |target: Relocatable| {
        (target.segment_index == address.segment_index)
            .then(|| (address.offset as i64).wrapping_sub(target.offset as i64))
            .filter(|cells| cells.abs() <= REACH)
    };
    let by_register = [(frame.fp, CellPath::Fp(0)), (frame.ap, CellPath::Ap(0))]
        .into_iter()
        .filter_map(|(target, path)| Some((from(target)?, path)));
    let by_pointer = pointers
        .iter()
        .filter(|pointer| pointer.cell.depth() < MAX_CHAIN)
        .filter_map(|pointer| {
            Some((
                from(pointer.target)?,
                CellPath::Pointer(Box::new(pointer.cell.clone()), 0),
            ))
        });
    by_register
        .chain(by_pointer)
        .min_by_key(|(cells, path)| (cells.unsigned_abs(), path.depth()))
        .map(|(cells, path)| path.plus(cells))
}

/// How many cells `path` lies behind `base`, when both start from the same place.
fn distance(base: &CellPath, path: &CellPath) -> Option<i64> {
    match (base, path) {
        (CellPath::Ap(base), CellPath::Ap(offset)) | (CellPath::Fp(base), CellPath::Fp(offset)) => {
            Some(offset - base)
        }
        (CellPath::Pointer(base, base_offset), CellPath::Pointer(path, offset)) if base == path => {
            Some(offset - base_offset)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(segment_index: isize, offset: usize) -> Relocatable {
        Relocatable {
            segment_index,
            offset,
        }
    }

    fn frame() -> Frame {
        Frame {
            ap: at(1, 20),
            fp: at(1, 10),
        }
    }

    #[test]
    fn the_nearest_register_explains_a_local() {
        let mut learned = LearnedReads::default();
        learned.read(at(1, 11), 1, &frame(), &[]);
        learned.read(at(1, 19), 1, &frame(), &[]);
        assert_eq!(learned.reads[0].path, CellPath::Fp(1));
        assert_eq!(learned.reads[1].path, CellPath::Ap(-1));
    }

    #[test]
    fn a_pointer_explains_its_segment_and_neighbours_merge() {
        let pointer = Pointer {
            cell: CellPath::Fp(-3),
            target: at(7, 100),
        };
        let mut learned = LearnedReads::default();
        for offset in [100, 101, 102] {
            learned.read(at(7, offset), 1, &frame(), std::slice::from_ref(&pointer));
        }
        assert_eq!(learned.reads.len(), 1);
        assert_eq!(learned.reads[0].count, 3);
        assert_eq!(
            learned.reads[0].path,
            CellPath::Pointer(Box::new(CellPath::Fp(-3)), 0)
        );
    }

    #[test]
    fn what_nothing_explains_is_not_remembered() {
        let mut learned = LearnedReads::default();
        assert_eq!(learned.read(at(9, 0), 1, &frame(), &[]), None);
        assert!(learned.reads.is_empty());
    }
}

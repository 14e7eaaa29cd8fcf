//! What a hint needed that it was not sent, remembered as paths: the next execution of the same hint
//! is sent those cells too, so that in the steady state a hint costs one round trip.

use cairo_vm::types::relocatable::Relocatable;

use super::path::{Path, Registers};

/// Most remembered reads of one hint.
const MAX_READS: usize = 64;
/// Longest remembered read, in cells.
const MAX_CELLS: u64 = 4096;
/// Reads this close to a remembered one extend it.
const NEAR: i64 = 16;
/// A pointer explains an address at most this far from its target.
const REACH: i64 = 1 << 16;
/// Longest chain of pointers that is remembered.
const MAX_CHAIN: u32 = 6;

/// Consecutive cells at a path.
#[derive(Clone, Debug)]
pub struct LearnedRead {
    /// Where the first cell is.
    pub path: Path,
    /// How many.
    pub count: u64,
}

/// The remembered needs of one hint.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// Cells that it reads or writes.
    pub reads: Vec<LearnedRead>,
    /// Segments whose length it needs: those of these paths' targets.
    pub lengths: Vec<Path>,
}

/// A pointer that the current execution has seen: the path of its cell, and its value.
#[derive(Clone, Debug)]
pub struct Pointer {
    /// Where the pointer itself is stored.
    pub cell: Path,
    /// What it points to.
    pub target: Relocatable,
}

impl Learned {
    /// Remembers that `count` cells at `address` were needed.
    pub fn read(
        &mut self,
        address: Relocatable,
        count: u64,
        registers: &Registers,
        pointers: &[Pointer],
    ) -> Option<Path> {
        let path = explain(address, registers, pointers)?;
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
    pub fn length(&mut self, address: Relocatable, registers: &Registers, pointers: &[Pointer]) {
        if let Some(path) = explain(address, registers, pointers)
            && self.lengths.len() < MAX_READS
            && !self.lengths.contains(&path)
        {
            self.lengths.push(path);
        }
    }
}

/// The path that leads to `address` in the fewest cells.
fn explain(address: Relocatable, registers: &Registers, pointers: &[Pointer]) -> Option<Path> {
    let from = |target: Relocatable| {
        (target.segment_index == address.segment_index)
            .then(|| (address.offset as i64).wrapping_sub(target.offset as i64))
            .filter(|cells| cells.abs() <= REACH)
    };
    let by_register = [(registers.fp, Path::Fp(0)), (registers.ap, Path::Ap(0))]
        .into_iter()
        .filter_map(|(target, path)| Some((from(target)?, path)));
    let by_pointer = pointers
        .iter()
        .filter(|pointer| pointer.cell.depth() < MAX_CHAIN)
        .filter_map(|pointer| {
            Some((
                from(pointer.target)?,
                Path::Pointer(Box::new(pointer.cell.clone()), 0),
            ))
        });
    by_register
        .chain(by_pointer)
        .min_by_key(|(cells, path)| (cells.unsigned_abs(), path.depth()))
        .map(|(cells, path)| path.plus(cells))
}

/// How many cells `path` lies behind `base`, when both start from the same place.
fn distance(base: &Path, path: &Path) -> Option<i64> {
    match (base, path) {
        (Path::Ap(base), Path::Ap(offset)) | (Path::Fp(base), Path::Fp(offset)) => {
            Some(offset - base)
        }
        (Path::Pointer(base, base_offset), Path::Pointer(path, offset)) if base == path => {
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

    fn registers() -> Registers {
        Registers {
            ap: at(1, 20),
            fp: at(1, 10),
        }
    }

    #[test]
    fn the_nearest_register_explains_a_local() {
        let mut learned = Learned::default();
        learned.read(at(1, 11), 1, &registers(), &[]);
        learned.read(at(1, 19), 1, &registers(), &[]);
        assert_eq!(learned.reads[0].path, Path::Fp(1));
        assert_eq!(learned.reads[1].path, Path::Ap(-1));
    }

    #[test]
    fn a_pointer_explains_its_segment_and_neighbours_merge() {
        let pointer = Pointer {
            cell: Path::Fp(-3),
            target: at(7, 100),
        };
        let mut learned = Learned::default();
        for offset in [100, 101, 102] {
            learned.read(
                at(7, offset),
                1,
                &registers(),
                std::slice::from_ref(&pointer),
            );
        }
        assert_eq!(learned.reads.len(), 1);
        assert_eq!(learned.reads[0].count, 3);
        assert_eq!(
            learned.reads[0].path,
            Path::Pointer(Box::new(Path::Fp(-3)), 0)
        );
    }

    #[test]
    fn what_nothing_explains_is_not_remembered() {
        let mut learned = Learned::default();
        assert_eq!(learned.read(at(9, 0), 1, &registers(), &[]), None);
        assert!(learned.reads.is_empty());
    }
}

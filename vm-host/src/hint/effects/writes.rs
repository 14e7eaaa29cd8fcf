//! The cells that a hint wrote: decoded, and checked against memory as it is.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{CellRun, Effects};

use super::breath::{Breath, SLICE};
use super::gaps::Gaps;
use super::refusal::{Part, Refusal};
use crate::engines::{OwnEffects, Write};
use crate::hint::limits::Limits;
use crate::vm::temporary::Moves;
use crate::vm::wire;

/// What cells are checked against: memory with the segments that the hint adds.
struct Checks<'a> {
    segments: usize,
    temporary_segments: usize,
    /// The segments whose cells must be small, with their bounds.
    range_checks: [Option<(isize, Felt252)>; 2],
    /// Values are as these have them read.
    moves: &'a Moves,
}

impl<'a> Checks<'a> {
    fn of(vm: &VirtualMachine, added: usize, added_temporary: usize, moves: &'a Moves) -> Self {
        let mut range_checks = [None; 2];
        for builtin in &vm.builtin_runners {
            match builtin {
                BuiltinRunner::RangeCheck(runner) => {
                    range_checks[0] = Some((runner.base() as isize, *runner.bound()));
                }
                BuiltinRunner::RangeCheck96(runner) => {
                    range_checks[1] = Some((runner.base() as isize, *runner.bound()));
                }
                _ => {}
            }
        }
        Self {
            segments: vm.segments.num_segments() + added,
            temporary_segments: vm.segments.num_temp_segments() + added_temporary,
            range_checks,
            moves,
        }
    }

    fn segment(&self, segment: i64) -> Result<(), Refusal> {
        let exists = match usize::try_from(segment) {
            Ok(index) => index < self.segments,
            Err(_) => segment.unsigned_abs() <= self.temporary_segments as u64,
        };
        if exists {
            Ok(())
        } else {
            Err(Refusal::UnknownSegment(segment))
        }
    }

    /// Adds a cell to the `writes` if it is empty so far. Its segment exists, and its offset is bounded far below the
    /// word size.
    fn cell(
        &self,
        vm: &VirtualMachine,
        (address, value): Write,
        writes: &mut Vec<Write>,
    ) -> Result<(), Refusal> {
        // Only what is in memory when a rule comes is moved by cairo-vm.
        let value = self.moves.value(value);
        match vm.get_maybe(&address) {
            Some(current) if current != value => return Err(Refusal::Rewrite(address)),
            Some(_) => {}
            None => {
                let bounds = self.range_checks.iter().flatten();
                for (_, bound) in bounds.filter(|(base, _)| *base == address.segment_index) {
                    if !matches!(&value, MaybeRelocatable::Int(felt) if felt < bound) {
                        return Err(Refusal::RangeCheck(address));
                    }
                }
                writes.push((address, value));
            }
        }
        Ok(())
    }

    fn run(
        &self,
        vm: &VirtualMachine,
        run: &CellRun,
        writes: &mut Vec<Write>,
    ) -> Result<(), Refusal> {
        let segment = run.segment;
        let (cells, _) = run.values.as_chunks::<CELL_BYTES>();
        for (offset, bytes) in (run.offset..).zip(cells) {
            let value = wire::value(bytes).map_err(|cell| Refusal::Cell {
                segment,
                offset,
                cell,
            })?;
            let address = Relocatable {
                segment_index: segment as isize,
                offset: offset as usize,
            };
            self.cell(vm, (address, value), writes)?;
        }
        Ok(())
    }
}

/// The cells that are empty so far, in the order in which they were written, and how many cells the
/// hint skipped, after `skipped` by earlier hints. Values are as `moves` has them read.
pub(super) async fn check(
    vm: &mut VirtualMachine,
    effects: &Effects,
    limits: &Limits,
    skipped: u64,
    moves: &Moves,
    breath: Breath<'_>,
) -> Result<(Vec<Write>, u64), Refusal> {
    let runs = &effects.writes;
    let cells = runs.iter().map(count).sum();
    admit_cells(cells, limits)?;
    if runs.iter().any(|run| run.values.len() % CELL_BYTES != 0) {
        return Err(Refusal::Malformed(Part::RunOfCells));
    }
    let added = effects.added_segments.len();
    let added_temporary = effects.added_temporary_segments as usize;
    let checks = Checks::of(vm, added, added_temporary, moves);
    let mut gaps = Gaps::new(limits, skipped);
    let mut writes = Vec::with_capacity(usize::try_from(cells).unwrap_or_default());
    let mut unchecked = SLICE;
    for run in runs {
        checks.segment(run.segment)?;
        gaps.admit(vm, run.segment, run.offset, count(run))?;
        for offset in (0..count(run).max(1)).step_by(SLICE as usize) {
            let part = part(run, offset, SLICE);
            unchecked = unchecked.saturating_sub(count(&part).max(1));
            checks.run(vm, &part, &mut writes)?;
            if unchecked == 0 {
                unchecked = SLICE;
                breath.take().await;
            }
        }
    }
    written_once(runs)?;
    Ok((writes, gaps.skipped()))
}

/// The same of cells of an engine in the host, which gives none of them twice.
pub(super) fn check_own(
    vm: &mut VirtualMachine,
    effects: &OwnEffects,
    limits: &Limits,
    skipped: u64,
    moves: &Moves,
) -> Result<(Vec<Write>, u64), Refusal> {
    admit_cells(effects.writes.len() as u64, limits)?;
    let (added, added_temporary) = (effects.added_segments, effects.added_temporary_segments);
    let checks = Checks::of(vm, added, added_temporary, moves);
    let mut gaps = Gaps::new(limits, skipped);
    let mut writes = Vec::with_capacity(effects.writes.len());
    for (address, value) in &effects.writes {
        let segment = address.segment_index as i64;
        checks.segment(segment)?;
        gaps.admit(vm, segment, address.offset as u64, 1)?;
        checks.cell(vm, (*address, value.clone()), &mut writes)?;
    }
    Ok((writes, gaps.skipped()))
}

fn admit_cells(cells: u64, limits: &Limits) -> Result<(), Refusal> {
    let limit = limits.cells_per_hint;
    if cells > limit {
        return Err(Refusal::TooManyCells { cells, limit });
    }
    Ok(())
}

/// No cell is in two runs: the engine sends the one value that a cell has in the end.
fn written_once(runs: &[CellRun]) -> Result<(), Refusal> {
    let mut covered: Vec<(i64, u64, u64)> = runs
        .iter()
        .map(|run| (run.segment, run.offset, run.offset + count(run)))
        .collect();
    covered.sort_unstable();
    let overlap = covered
        .windows(2)
        .find(|pair| pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2);
    match overlap {
        Some(pair) => Err(Refusal::Rewrite(Relocatable {
            segment_index: pair[1].0 as isize,
            offset: pair[1].1 as usize,
        })),
        None => Ok(()),
    }
}

/// At most so many of a run's cells, from one of them on.
fn part(run: &CellRun, first: u64, cells: u64) -> CellRun {
    let (first_byte, last) = (first as usize * CELL_BYTES, first + cells);
    let end = (last.min(count(run))) as usize * CELL_BYTES;
    CellRun {
        segment: run.segment,
        offset: run.offset + first,
        // The same bytes, not a copy of them.
        values: run.values.slice(first_byte..end),
    }
}

fn count(run: &CellRun) -> u64 {
    (run.values.len() / CELL_BYTES) as u64
}

//! The cells that a hint wrote: decoded, and checked against memory as it is.

use std::collections::BTreeMap;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{CellRun, Effects};

use super::breath::{Breath, SLICE};
use super::gaps::Gaps;
use super::refusal::{Part, Refusal};
use crate::hint::limits::Limits;
use crate::vm::temporary::Moves;
use crate::vm::wire;

/// One cell and its value.
pub(super) type Write = (Relocatable, MaybeRelocatable);

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
    let limit = limits.cells_per_hint;
    if cells > limit {
        return Err(Refusal::TooManyCells { cells, limit });
    }
    if runs.iter().any(|run| run.values.len() % CELL_BYTES != 0) {
        return Err(Refusal::Malformed(Part::RunOfCells));
    }
    let segments = vm.segments.num_segments() + effects.added_segments.len();
    let temporary_segments =
        vm.segments.num_temp_segments() + effects.added_temporary_segments as usize;
    let range_checks = range_checks(vm);
    let mut gaps = Gaps::new(limits, skipped);
    let mut writes = Vec::with_capacity(usize::try_from(cells).unwrap_or_default());
    let mut unchecked = SLICE;
    for run in runs {
        let exists = match usize::try_from(run.segment) {
            Ok(index) => index < segments,
            Err(_) => run.segment.unsigned_abs() <= temporary_segments as u64,
        };
        if !exists {
            return Err(Refusal::UnknownSegment(run.segment));
        }
        gaps.admit(vm, run)?;
        for offset in (0..count(run).max(1)).step_by(SLICE as usize) {
            let part = part(run, offset, SLICE);
            unchecked = unchecked.saturating_sub(count(&part).max(1));
            check_run(vm, &part, &range_checks, moves, &mut writes)?;
            if unchecked == 0 {
                unchecked = SLICE;
                breath.take().await;
            }
        }
    }
    written_once(runs)?;
    Ok((writes, gaps.skipped()))
}

/// The run's segment exists, and its offset is bounded far below the word size.
fn check_run(
    vm: &VirtualMachine,
    run: &CellRun,
    range_checks: &BTreeMap<isize, Felt252>,
    moves: &Moves,
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
        // Only what is in memory when a rule comes is moved by cairo-vm.
        let value = moves.value(value);
        let address = Relocatable {
            segment_index: segment as isize,
            offset: offset as usize,
        };
        match vm.get_maybe(&address) {
            Some(current) if current != value => return Err(Refusal::Rewrite(address)),
            Some(_) => {}
            None => {
                if let Some(bound) = range_checks.get(&address.segment_index)
                    && !matches!(&value, MaybeRelocatable::Int(felt) if felt < bound)
                {
                    return Err(Refusal::RangeCheck(address));
                }
                writes.push((address, value));
            }
        }
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

/// The bounds of the segments whose cells must be small.
fn range_checks(vm: &VirtualMachine) -> BTreeMap<isize, Felt252> {
    let bound = |builtin: &BuiltinRunner| match builtin {
        BuiltinRunner::RangeCheck(runner) => Some((runner.base() as isize, *runner.bound())),
        BuiltinRunner::RangeCheck96(runner) => Some((runner.base() as isize, *runner.bound())),
        _ => None,
    };
    vm.builtin_runners.iter().filter_map(bound).collect()
}

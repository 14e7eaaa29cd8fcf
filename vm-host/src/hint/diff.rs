//! The effects of a hint: checked as hostile input, then applied as a whole.

use std::collections::BTreeMap;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::runners::builtin_runner::{BuiltinRunner, OutputBuiltinState};
use cairo_vm::vm::runners::cairo_pie::PublicMemoryPage;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::relocation_rule::Destination;
use hint_proto::v1::{CellRun, Effects, FinalizedSegment, OutputState, Rule, RuleKind};

use super::limits::Limits;
use super::snapshot::segment_length;
use super::wire::{self, BadCell};

/// Cells below this offset are never counted as a gap.
const FREE_OFFSET: u64 = 1 << 12;
/// Largest finalized size, page id or public offset that is believed.
const MAX_SIZE: u64 = 1 << 47;

/// Why the effects of a hint are refused. Nothing of them was applied.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// More cells than one hint may write.
    #[error("the hint wrote `{cells}` memory cells, more than the limit of `{limit}`")]
    TooManyCells {
        /// How many it wrote.
        cells: u64,
        /// How many it may.
        limit: u64,
    },
    /// More segments than one hint may add.
    #[error("the hint added `{segments}` segments, more than the limit of `{limit}`")]
    TooManySegments {
        /// How many it added.
        segments: u64,
        /// How many it may.
        limit: u64,
    },
    /// A write far beyond the end of its segment.
    #[error(
        "the hint wrote memory cell `{address}`, `{gap}` cells past the end of its segment; \
         the limit is `{limit}`\n\
         hint: memory segments are dense here, so that every skipped cell takes 32 bytes"
    )]
    Gap {
        /// The cell.
        address: Relocatable,
        /// Empty cells below it.
        gap: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A write into a segment that does not exist.
    #[error("the hint wrote into segment `{0}`, which does not exist")]
    UnknownSegment(i64),
    /// A value that memory cannot hold.
    #[error("the hint wrote {cell} to `{segment}:{offset}`")]
    Cell {
        /// Segment of the cell.
        segment: i64,
        /// Offset of the cell.
        offset: u64,
        /// What is wrong with the value.
        cell: BadCell,
    },
    /// A second value for a cell.
    #[error("the hint changed memory cell `{0}`, which already has a value")]
    Rewrite(Relocatable),
    /// A value that a builtin refuses.
    #[error("the hint wrote a value to `{0}` that its range check refuses")]
    RangeCheck(Relocatable),
    /// A message that no engine of ours sends.
    #[error("the hint engine sent a malformed {0}")]
    Malformed(&'static str),
    /// Something that cairo-vm cannot do.
    #[error("{0}")]
    Unsupported(String),
    /// cairo-vm refused what the checks let pass.
    #[error("the memory refused a hint's write: {0}")]
    Memory(#[from] MemoryError),
}

/// A rule that a hint registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredRule {
    /// The engine's number for it.
    pub id: u32,
    /// What it is for.
    pub kind: RuleKind,
    /// Its segment.
    pub segment: isize,
}

/// What of the effects concerns others than memory.
#[derive(Debug, Default)]
pub struct Applied {
    /// Rules that the hint registered.
    pub rules: Vec<RegisteredRule>,
    /// The first integer address that the hint wrote.
    pub pure_address: Option<String>,
    /// Output attributes that cairo-vm cannot hold, a JSON text; a PIE would lack them.
    pub unheld_attributes: Option<String>,
}

/// Checks and applies effects; remembers what a run has used of its limits.
#[derive(Debug, Default)]
pub struct Diff {
    limits: Limits,
    gaps: u64,
    /// Relocation rules whose destination is itself to be moved: cairo-vm follows one rule only, so
    /// they wait until the whole way is known.
    relocations: Vec<(Relocatable, MaybeRelocatable)>,
    /// Where the temporary segments that cairo-vm knows a rule for go.
    relocated: BTreeMap<isize, MaybeRelocatable>,
}

/// Effects that passed every check.
struct Checked {
    writes: Vec<(Relocatable, MaybeRelocatable)>,
    relocations: Vec<(Relocatable, MaybeRelocatable)>,
    signatures: Vec<(Relocatable, (Felt252, Felt252))>,
    output: Option<(OutputBuiltinState, Option<String>)>,
    rules: Vec<RegisteredRule>,
    gaps: u64,
}

impl Diff {
    /// A checker with `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The limits it checks against.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Applies `effects` to `vm`, whole or not at all.
    ///
    /// # Errors
    /// [`DiffError`] when a check fails; memory is then as it was.
    pub fn apply(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &Effects,
    ) -> Result<Applied, DiffError> {
        let checked = self.check(vm, effects)?;
        self.gaps += checked.gaps;
        for _ in &effects.added_segments {
            vm.add_memory_segment();
        }
        for _ in 0..effects.added_temporary_segments {
            vm.add_temporary_segment();
        }
        // The ecdsa builtin checks what is written against the signatures.
        for (address, signature) in &checked.signatures {
            if let Ok(builtin) = vm.get_signature_builtin() {
                // A later signature replaces an earlier one.
                builtin.signatures.borrow_mut().remove(address);
                builtin.add_signature(*address, signature)?;
            }
        }
        for (address, value) in checked.writes {
            vm.insert_value(address, value)?;
        }
        self.relocations.extend(checked.relocations);
        self.add_relocation_rules(vm)?;
        let first = vm.segments.num_segments() - effects.added_segments.len();
        for (index, added) in (first..).zip(&effects.added_segments) {
            if let Some(size) = added.size {
                vm.segments
                    .finalize(usize::try_from(size).ok(), index, None);
            }
        }
        for finalized in &effects.finalized_segments {
            finalize(vm, finalized);
        }
        let mut unheld_attributes = None;
        if let Some((state, unheld)) = checked.output
            && let Ok(builtin) = vm.get_output_builtin_mut()
        {
            builtin.set_state(state);
            unheld_attributes = unheld;
        }
        Ok(Applied {
            rules: checked.rules,
            pure_address: effects.pure_address.clone(),
            unheld_attributes,
        })
    }

    /// Gives cairo-vm every waiting rule whose destination is final.
    fn add_relocation_rules(&mut self, vm: &mut VirtualMachine) -> Result<(), DiffError> {
        loop {
            let ready = self
                .relocations
                .iter()
                .position(|(_, destination)| self.destination(destination).is_some());
            let Some(index) = ready else { return Ok(()) };
            let (source, destination) = self.relocations.remove(index);
            if let Some(destination) = self.destination(&destination) {
                self.relocated
                    .insert(source.segment_index, destination.clone());
                vm.add_relocation_rule(source, destination)?;
            }
        }
    }

    /// Where a rule's destination is in the end; `None` while that is unknown.
    fn destination(&self, destination: &MaybeRelocatable) -> Option<MaybeRelocatable> {
        match destination {
            MaybeRelocatable::RelocatableValue(address) if address.segment_index < 0 => self
                .relocated
                .get(&address.segment_index)?
                .add_usize(address.offset)
                .ok(),
            other => Some(other.clone()),
        }
    }

    /// Gives cairo-vm the rules whose destination stayed unknown, as they are: the run ends.
    ///
    /// # Errors
    /// [`DiffError::Memory`] when cairo-vm refuses one.
    pub fn flush_relocation_rules(&mut self, vm: &mut VirtualMachine) -> Result<(), DiffError> {
        for (source, destination) in self.relocations.drain(..) {
            vm.add_relocation_rule(source, destination)?;
        }
        Ok(())
    }

    fn check(&self, vm: &mut VirtualMachine, effects: &Effects) -> Result<Checked, DiffError> {
        let limit = self.limits.segments_per_hint;
        let segments =
            effects.added_segments.len() as u64 + u64::from(effects.added_temporary_segments);
        if segments > limit {
            return Err(DiffError::TooManySegments { segments, limit });
        }
        let (writes, gaps) = self.check_writes(vm, effects)?;
        let relocations = effects
            .relocation_rules
            .iter()
            .map(|rule| {
                let source = isize::try_from(rule.source_segment)
                    .ok()
                    .filter(|segment| *segment < 0)
                    .ok_or(DiffError::Malformed("relocation rule"))?;
                let destination = match &rule.destination {
                    Some(Destination::Address(address)) => wire::address(address)
                        .map(MaybeRelocatable::from)
                        .ok_or_else(|| unsupported_destination(address.segment, address.offset))?,
                    Some(Destination::Felt(felt)) => MaybeRelocatable::from(felt_of(felt)?),
                    None => return Err(DiffError::Malformed("relocation rule")),
                };
                Ok((
                    Relocatable {
                        segment_index: source,
                        offset: 0,
                    },
                    destination,
                ))
            })
            .collect::<Result<_, _>>()?;
        let signatures = effects
            .signatures
            .iter()
            .map(|signature| {
                let address = signature
                    .address
                    .as_ref()
                    .and_then(wire::address)
                    .ok_or(DiffError::Malformed("signature"))?;
                Ok((address, (felt_of(&signature.r)?, felt_of(&signature.s)?)))
            })
            .collect::<Result<_, DiffError>>()?;
        if effects
            .finalized_segments
            .iter()
            .any(|finalized| !plausible(finalized))
        {
            return Err(DiffError::Malformed("finalized segment"));
        }
        if effects
            .added_segments
            .iter()
            .any(|added| added.size.is_some_and(|size| size > MAX_SIZE))
        {
            return Err(DiffError::Malformed("segment size"));
        }
        Ok(Checked {
            writes,
            relocations,
            signatures,
            output: effects
                .output_state
                .as_ref()
                .map(output_state)
                .transpose()?,
            rules: effects.rules.iter().map(rule).collect::<Result<_, _>>()?,
            gaps,
        })
    }

    fn check_writes(
        &self,
        vm: &mut VirtualMachine,
        effects: &Effects,
    ) -> Result<(Vec<(Relocatable, MaybeRelocatable)>, u64), DiffError> {
        let cells: u64 = effects
            .writes
            .iter()
            .map(|run| (run.values.len() / CELL_BYTES) as u64)
            .sum();
        let limit = self.limits.cells_per_hint;
        if cells > limit {
            return Err(DiffError::TooManyCells { cells, limit });
        }
        if effects
            .writes
            .iter()
            .any(|run| run.values.len() % CELL_BYTES != 0)
        {
            return Err(DiffError::Malformed("run of cells"));
        }
        let segments = vm.segments.num_segments() + effects.added_segments.len();
        let temporary_segments =
            vm.segments.num_temp_segments() + effects.added_temporary_segments as usize;
        let range_checks = range_checks(vm);
        let mut gaps = 0;
        // Ends of the segments as they will be after the runs checked so far.
        let mut ends: BTreeMap<i64, u64> = BTreeMap::new();
        let mut covered: Vec<(i64, u64, u64)> = Vec::new();
        let mut writes = Vec::with_capacity(usize::try_from(cells).unwrap_or_default());
        for run in &effects.writes {
            let exists = match usize::try_from(run.segment) {
                Ok(index) => index < segments,
                Err(_) => run.segment.unsigned_abs() <= temporary_segments as u64,
            };
            if !exists {
                return Err(DiffError::UnknownSegment(run.segment));
            }
            gaps += self.check_gap(vm, run, &mut ends, gaps)?;
            let (cells, _) = run.values.as_chunks::<CELL_BYTES>();
            covered.push((run.segment, run.offset, run.offset + cells.len() as u64));
            for (offset, bytes) in (run.offset..).zip(cells) {
                let segment = run.segment;
                let value = wire::value(bytes).map_err(|cell| DiffError::Cell {
                    segment,
                    offset,
                    cell,
                })?;
                // The gap check bounds the offset far below the word size.
                let address = Relocatable {
                    segment_index: segment as isize,
                    offset: offset as usize,
                };
                match vm.get_maybe(&address) {
                    Some(current) if current != value => {
                        return Err(DiffError::Rewrite(address));
                    }
                    Some(_) => {}
                    None => {
                        if let Some(bound) = range_checks.get(&address.segment_index)
                            && !matches!(&value, MaybeRelocatable::Int(felt) if felt < bound)
                        {
                            return Err(DiffError::RangeCheck(address));
                        }
                        writes.push((address, value));
                    }
                }
            }
        }
        covered.sort_unstable();
        if let Some(pair) = covered
            .windows(2)
            .find(|pair| pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2)
        {
            return Err(DiffError::Rewrite(Relocatable {
                segment_index: pair[1].0 as isize,
                offset: pair[1].1 as usize,
            }));
        }
        Ok((writes, gaps))
    }

    /// The empty cells that a run leaves below it.
    fn check_gap(
        &self,
        vm: &mut VirtualMachine,
        run: &CellRun,
        ends: &mut BTreeMap<i64, u64>,
        gaps: u64,
    ) -> Result<u64, DiffError> {
        let count = (run.values.len() / CELL_BYTES) as u64;
        let end = ends.get(&run.segment).copied().unwrap_or(0);
        let mut gap = run.offset.saturating_sub(end);
        if gap > FREE_OFFSET {
            let length = known_end(vm, run.segment, run.offset);
            gap = run.offset.saturating_sub(end.max(length));
        }
        let counted = if gap > FREE_OFFSET { gap } else { 0 };
        if gap > self.limits.gap || self.gaps + gaps + counted > self.limits.total_gap {
            return Err(DiffError::Gap {
                address: Relocatable {
                    segment_index: run.segment as isize,
                    offset: usize::try_from(run.offset).unwrap_or(usize::MAX),
                },
                gap,
                limit: self.limits.gap,
            });
        }
        let end = end.max(run.offset.saturating_add(count));
        ends.insert(run.segment, end);
        Ok(counted)
    }
}

/// A lower bound of a segment's length that makes the gap below `offset` exact when it is large.
fn known_end(vm: &mut VirtualMachine, segment: i64, offset: u64) -> u64 {
    let ap = vm.get_ap();
    if ap.segment_index as i64 == segment && offset <= ap.offset as u64 + FREE_OFFSET {
        return ap.offset as u64;
    }
    match segment_length(vm, segment as isize) {
        Some(length) => length.length,
        // Temporary segments have no known length; look for a neighbour instead.
        None => (1..=64)
            .filter_map(|distance| offset.checked_sub(distance))
            .find(|below| {
                let offset = usize::try_from(*below).unwrap_or(usize::MAX);
                vm.get_maybe(&Relocatable {
                    segment_index: segment as isize,
                    offset,
                })
                .is_some()
            })
            .map_or(0, |below| below + 1),
    }
}

fn range_checks(vm: &VirtualMachine) -> BTreeMap<isize, Felt252> {
    vm.builtin_runners
        .iter()
        .filter_map(|builtin| match builtin {
            BuiltinRunner::RangeCheck(runner) => Some((runner.base() as isize, *runner.bound())),
            BuiltinRunner::RangeCheck96(runner) => Some((runner.base() as isize, *runner.bound())),
            _ => None,
        })
        .collect()
}

fn felt_of(bytes: &[u8]) -> Result<Felt252, DiffError> {
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| DiffError::Malformed("felt"))?;
    wire::felt(bytes).map_err(|_| DiffError::Malformed("felt"))
}

fn plausible(finalized: &FinalizedSegment) -> bool {
    finalized.segment >= 0
        && finalized.segment < 1 << 30
        && finalized.size.is_none_or(|size| size <= MAX_SIZE)
        && finalized
            .public_cells
            .iter()
            .all(|cell| cell.offset <= MAX_SIZE && cell.page <= MAX_SIZE)
}

fn finalize(vm: &mut VirtualMachine, finalized: &FinalizedSegment) {
    let cells = finalized
        .public_cells
        .iter()
        .map(|cell| (cell.offset as usize, cell.page as usize))
        .collect();
    let size = finalized.size.map(|size| size as usize);
    vm.segments
        .finalize(size, finalized.segment as usize, Some(&cells));
}

fn unsupported_destination(segment: i64, offset: i64) -> DiffError {
    DiffError::Unsupported(format!(
        "cannot relocate a temporary segment to `{segment}:{offset}`: the offset is negative"
    ))
}

/// The state as cairo-vm holds it, and the attributes if it cannot hold them: it knows only lists of
/// integers.
fn output_state(state: &OutputState) -> Result<(OutputBuiltinState, Option<String>), DiffError> {
    let malformed = DiffError::Malformed("output state");
    let Some(base) = state.base.as_ref().and_then(wire::address) else {
        return Err(malformed);
    };
    let Ok(base_segment) = usize::try_from(base.segment_index) else {
        return Err(malformed);
    };
    let pages = state
        .pages
        .iter()
        .filter(|page| page.start <= MAX_SIZE && page.size <= MAX_SIZE)
        .map(|page| {
            let (start, size) = (page.start as usize, page.size as usize);
            (page.id as usize, PublicMemoryPage { start, size })
        })
        .collect();
    let (attributes, unheld) = match serde_json::from_str(&state.attributes_json) {
        Ok(attributes) => (attributes, None),
        Err(_) => (Default::default(), Some(state.attributes_json.clone())),
    };
    let held = OutputBuiltinState {
        base: base_segment,
        base_offset: base.offset,
        pages,
        attributes,
    };
    Ok((held, unheld))
}

fn rule(rule: &Rule) -> Result<RegisteredRule, DiffError> {
    match RuleKind::try_from(rule.kind) {
        Ok(kind @ (RuleKind::Validation | RuleKind::AutoDeduction)) => Ok(RegisteredRule {
            id: rule.id,
            kind,
            segment: isize::try_from(rule.segment).map_err(|_| DiffError::Malformed("rule"))?,
        }),
        _ => Err(DiffError::Malformed("rule")),
    }
}

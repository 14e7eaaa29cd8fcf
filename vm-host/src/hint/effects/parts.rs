//! The parts of effects that concern others than memory's cells: sizes and public cells of segments, the
//! output builtin, rules that hints registered.

use cairo_vm::Felt252;
use cairo_vm::vm::runners::builtin_runner::OutputBuiltinState;
use cairo_vm::vm::runners::cairo_pie::PublicMemoryPage;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{AddedSegment, FinalizedSegment, OutputState, Rule, RuleKind};

use super::refusal::{Part, Refusal};
use crate::vm::wire;

/// Largest finalized size, page id or public offset that is believed: cairo-vm adds such numbers up, and
/// no memory holds as many cells.
const MAX_SIZE: u64 = 1 << 47;
/// One past the largest segment index that is believed, as for the addresses in cells.
const MAX_SEGMENT: i64 = 1 << 30;

/// A rule that a hint registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegisteredRule {
    /// The engine's number for it.
    pub(crate) id: u32,
    /// What it is for.
    pub(crate) kind: RuleKind,
    /// Its segment.
    pub(crate) segment: isize,
}

pub(super) fn felt(bytes: &[u8]) -> Result<Felt252, Refusal> {
    let malformed = || Refusal::Malformed(Part::Felt);
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| malformed())?;
    wire::felt(bytes).map_err(|_| malformed())
}

pub(super) fn check_finalized(segments: &[FinalizedSegment]) -> Result<(), Refusal> {
    let plausible = |finalized: &FinalizedSegment| {
        (0..MAX_SEGMENT).contains(&finalized.segment)
            && finalized.size.is_none_or(|size| size <= MAX_SIZE)
            && finalized
                .public_cells
                .iter()
                .all(|cell| cell.offset <= MAX_SIZE && cell.page <= MAX_SIZE)
    };
    match segments.iter().all(plausible) {
        true => Ok(()),
        false => Err(Refusal::Malformed(Part::FinalizedSegment)),
    }
}

pub(super) fn finalize(vm: &mut VirtualMachine, finalized: &FinalizedSegment) {
    let cells = finalized
        .public_cells
        .iter()
        .map(|cell| (cell.offset as usize, cell.page as usize))
        .collect();
    let size = finalized.size.map(|size| size as usize);
    vm.segments
        .finalize(size, finalized.segment as usize, Some(&cells));
}

pub(super) fn check_added(segments: &[AddedSegment]) -> Result<(), Refusal> {
    let too_large = |added: &AddedSegment| added.size.is_some_and(|size| size > MAX_SIZE);
    match segments.iter().any(too_large) {
        true => Err(Refusal::Malformed(Part::SegmentSize)),
        false => Ok(()),
    }
}

/// The state as cairo-vm holds it, and the attributes if it cannot hold them: it knows only lists of
/// integers.
pub(super) fn output_state(
    state: &OutputState,
) -> Result<(OutputBuiltinState, Option<String>), Refusal> {
    let base = state.base.as_ref().and_then(wire::address);
    let (base, base_offset) = base
        .and_then(|base| Some((usize::try_from(base.segment_index).ok()?, base.offset)))
        .ok_or(Refusal::Malformed(Part::OutputState))?;
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
        base,
        base_offset,
        pages,
        attributes,
    };
    Ok((held, unheld))
}

pub(super) fn rule(rule: &Rule) -> Result<RegisteredRule, Refusal> {
    let malformed = || Refusal::Malformed(Part::Rule);
    match RuleKind::try_from(rule.kind) {
        Ok(kind @ (RuleKind::Validation | RuleKind::AutoDeduction)) => Ok(RegisteredRule {
            id: rule.id,
            kind,
            segment: isize::try_from(rule.segment).map_err(|_| malformed())?,
        }),
        _ => Err(malformed()),
    }
}

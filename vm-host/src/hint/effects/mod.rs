//! The effects of a hint: checked as hostile input, then applied as a whole.
//!
//! Owns what a worker's answer may do to a VM. Must not know the session that carries it.
//!
//! Every check is made before the first change, those of cairo-vm included (`signatures`, `relocations`),
//! because cairo-vm cannot take a change back.

mod breath;
mod gaps;
mod parts;
mod refusal;
mod relocations;
mod signatures;
#[cfg(test)]
mod tests;
mod writes;

use cairo_vm::vm::runners::builtin_runner::OutputBuiltinState;
use cairo_vm::vm::vm_core::VirtualMachine;
use futures_util::FutureExt as _;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{CellRun, Effects};

use super::limits::Limits;
use crate::account::Refusing;
use crate::engines::{OwnEffects, Write};
use crate::vm::temporary::Moves;
use breath::SLICE;
use gaps::Gaps;
use relocations::Relocations;

pub(crate) use breath::Breath;
pub(crate) use parts::RegisteredRule;
#[cfg(test)]
pub(crate) use refusal::Part;
pub(crate) use refusal::{Refusal, Writer};

/// What of the effects concerns others than memory.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Applied {
    /// Rules that the hint registered.
    pub rules: Vec<RegisteredRule>,
    /// The first integer address that the hint wrote.
    pub pure_address: Option<String>,
    /// Output attributes that cairo-vm cannot hold, a JSON text; a PIE would lack them.
    pub unheld_attributes: Option<String>,
}

/// Checks and applies effects; remembers what a run has used of its limits.
#[derive(Debug, Default)]
pub(crate) struct Applier {
    limits: Limits,
    /// Cells that hints skipped so far.
    skipped: u64,
    relocations: Relocations,
}

/// Effects that passed every check.
struct Checked {
    writes: Vec<Write>,
    relocations: Vec<relocations::Rule>,
    signatures: Vec<signatures::Signature>,
    output: Option<(OutputBuiltinState, Option<String>)>,
    rules: Vec<RegisteredRule>,
    skipped: u64,
}

impl Applier {
    /// One that checks against `limits`.
    #[must_use]
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The limits it checks against.
    #[must_use]
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Applies `effects` to `vm`, whole or not at all, without a pause.
    ///
    /// # Errors
    /// [`Refusal`] when a check fails; the VM is then as it was.
    pub(crate) fn apply(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &Effects,
    ) -> Result<Applied, Refusal> {
        let applied = self.apply_breathing(vm, effects, Breath::held());
        applied
            .now_or_never()
            .expect("there is nothing to wait for")
    }

    /// The same with pauses. In these a part of the effects may be in the VM; whoever gives up then gives up the VM.
    ///
    /// # Errors
    /// [`Refusal`] when a check fails; the VM is then as it was.
    pub(crate) async fn apply_breathing(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &Effects,
        breath: Breath<'_>,
    ) -> Result<Applied, Refusal> {
        let checked = self.check(vm, effects, breath).await?;
        self.skipped += checked.skipped;
        let added_temporary = effects.added_temporary_segments as usize;
        add_segments(vm, effects.added_segments.len(), added_temporary);
        // Before the writes: the ecdsa builtin checks what is written against the signatures.
        signatures::apply(vm, &checked.signatures)?;
        for part in checked.writes.chunks(SLICE as usize) {
            insert(vm, part)?;
            breath.take().await;
        }
        let relocations = checked.relocations;
        self.relocations
            .add(vm, relocations, breath.slices())
            .await?;
        let first = vm.segments.num_segments() - effects.added_segments.len();
        for (index, added) in (first..).zip(&effects.added_segments) {
            if let Some(size) = added.size {
                vm.segments
                    .finalize(usize::try_from(size).ok(), index, None);
            }
        }
        for finalized in &effects.finalized_segments {
            parts::finalize(vm, finalized);
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

    /// The same with effects of an engine in the host, which are few.
    ///
    /// # Errors
    /// [`Refusal`] when a check fails; the VM is then as it was.
    pub(crate) async fn apply_own(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &OwnEffects,
        breath: Breath<'_>,
    ) -> Result<(), Refusal> {
        let (added, added_temporary) = (effects.added_segments, effects.added_temporary_segments);
        self.admit_segments(vm, added as u64 + added_temporary as u64)?;
        let moves = self.relocations.moves();
        let checked = writes::check_own(vm, effects, &self.limits, self.skipped, moves);
        let (writes, skipped) = checked?;
        let relocations = self.relocations.check_own(&effects.relocations)?;
        self.skipped += skipped;
        add_segments(vm, added, added_temporary);
        insert(vm, &writes)?;
        let first = vm.segments.num_segments() - added;
        for (number, size) in &effects.sizes {
            let size = usize::try_from(*size).ok();
            vm.segments.finalize(size, first + number, None);
        }
        if !relocations.is_empty() {
            let slices = breath.slices();
            self.relocations.add(vm, relocations, slices).await?;
        }
        Ok(())
    }

    fn admit_segments(&self, vm: &VirtualMachine, segments: u64) -> Result<(), Refusal> {
        let limit = self.limits.segments_per_hint;
        if segments > limit {
            return Err(Refusal::TooManySegments { segments, limit });
        }
        if segments > 0 {
            let before = vm.segments.num_segments() + vm.segments.num_temp_segments();
            let all = segments.saturating_add(before as u64);
            self.limits.admit_segments(all).map_err(Refusal::Segments)?;
        }
        Ok(())
    }

    async fn check(
        &self,
        vm: &mut VirtualMachine,
        effects: &Effects,
        breath: Breath<'_>,
    ) -> Result<Checked, Refusal> {
        let added = effects.added_segments.len() as u64;
        self.admit_segments(vm, added + u64::from(effects.added_temporary_segments))?;
        let moves = self.relocations.moves();
        let (limits, skipped) = (&self.limits, self.skipped);
        let (writes, skipped) = writes::check(vm, effects, limits, skipped, moves, breath).await?;
        let relocations = self.relocations.check(&effects.relocation_rules)?;
        let signatures = signatures::check(vm, &effects.signatures, &writes)?;
        parts::check_finalized(&effects.finalized_segments)?;
        parts::check_added(&effects.added_segments)?;
        let output = effects.output_state.as_ref().map(parts::output_state);
        Ok(Checked {
            writes,
            relocations,
            signatures,
            output: output.transpose()?,
            rules: effects
                .rules
                .iter()
                .map(parts::rule)
                .collect::<Result<_, _>>()?,
            skipped,
        })
    }

    /// Whether a run of cells may be written that leaves a gap, and counts that.
    ///
    /// # Errors
    /// [`Refusal`] when it may not.
    pub(crate) fn admit(&mut self, vm: &mut VirtualMachine, run: &CellRun) -> Result<(), Refusal> {
        let mut gaps = Gaps::new(&self.limits, self.skipped);
        let cells = (run.values.len() / CELL_BYTES) as u64;
        gaps.admit(vm, run.segment, run.offset, cells)?;
        self.skipped += gaps.skipped();
        Ok(())
    }

    /// Where values that point into temporary segments go.
    pub(crate) fn moves(&self) -> &Moves {
        self.relocations.moves()
    }
}

fn add_segments(vm: &mut VirtualMachine, added: usize, added_temporary: usize) {
    for _ in 0..added {
        vm.add_memory_segment();
    }
    for _ in 0..added_temporary {
        vm.add_temporary_segment();
    }
}

/// Writes checked cells.
fn insert(vm: &mut VirtualMachine, writes: &[Write]) -> Result<(), Refusal> {
    let _refusing = Refusing::start();
    for (address, value) in writes {
        vm.insert_value(*address, value.clone())?;
    }
    Ok(())
}

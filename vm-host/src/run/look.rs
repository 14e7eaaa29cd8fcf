//! Looking into a run that does not advance, and writing cells before its first step.

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{CellRun, Effects, Scope};

use super::core::Run;
use crate::hint::HintError;
use crate::hint::effects::Writer;
use crate::placement::Placement;
use crate::program::Hint;
use crate::vm::cells::{segment_lengths, segments};

/// A hint of a run, where it stands.
#[derive(Debug)]
pub(crate) struct StandingHint<'a> {
    /// The run's number of it.
    pub(crate) id: u32,
    pub(crate) hint: &'a Hint,
    /// Where its program's code starts.
    pub(crate) base: Relocatable,
    /// Who runs it; absent for hints of programs that hints loaded where none of those is looked into.
    pub(crate) placement: Option<&'a Placement>,
}

impl Run {
    /// Writes cells as a hint would: checked, then as a whole.
    ///
    /// # Errors
    /// Why they are refused, as said to whoever asked for it.
    pub(crate) fn write_cells(&mut self, cells: CellRun) -> Result<(), String> {
        let effects = Effects {
            writes: vec![cells],
            ..Effects::default()
        };
        let applied = self.written.apply(&mut self.vm.runner.vm, &effects);
        applied
            .map(drop)
            .map_err(|refusal| refusal.told(Writer::Request).to_string())
    }

    /// The variables of the hint scopes, whoever has them; each text at most so long.
    ///
    /// # Errors
    /// [`HintError`] when Python is gone.
    pub(crate) async fn read_scopes(
        &mut self,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, HintError> {
        match &mut self.hints {
            Some(hints) => {
                hints
                    .read_scopes(&mut self.vm.runner.vm, max_text_bytes)
                    .await
            }
            None => Ok(Vec::new()),
        }
    }

    /// The hint with a number.
    pub(crate) fn hint(&self, id: u32) -> Option<StandingHint<'_>> {
        let hints = self.hints.as_ref()?;
        let (loaded, hint) = hints.table().hint(id)?;
        let joined = hints.joined(id);
        Some(StandingHint {
            id,
            hint,
            base: loaded.base,
            placement: joined.or_else(|| self.placements.get(id as usize)),
        })
    }

    /// The hint at a place among those of a pc.
    pub(crate) fn hint_at(&self, pc: Relocatable, index: usize) -> Option<StandingHint<'_>> {
        let table = self.hints.as_ref()?.table();
        self.hint(*table.at(pc).get(index)?)
    }

    /// All hints, by number.
    pub(crate) fn all_hints(&self) -> impl Iterator<Item = StandingHint<'_>> {
        let count = self.hints.as_ref().map_or(0, |hints| hints.table().len());
        (0..count as u32).filter_map(|id| self.hint(id))
    }

    /// The sizes of the segments that are not temporary.
    pub(crate) fn segment_sizes(&mut self) -> Vec<usize> {
        let vm = &mut self.vm.runner.vm;
        match vm.segments.segment_used_sizes {
            None => segment_lengths(vm),
            Some(_) => segments(vm)
                .map(|segment| vm.get_segment_size(segment).unwrap_or(0))
                .collect(),
        }
    }

    /// The process id of the worker, if there is one.
    #[must_use]
    pub fn worker_process_id(&self) -> Option<u32> {
        self.hints.as_ref()?.worker_process_id()
    }
}

//! Looking into a VM that does not run: memory, return values, hint variables, hints; and writing memory
//! before its first step.

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{CellRun, Effects, HintPlacement, PlacedHint, Scope, VmState};
use tonic::Status;

use super::super::error::{exhausted, internal, invalid, wrong_state};
use super::super::registry::has_ended;
use super::{VmTask, state};
use crate::hint::diff::Diff;
use crate::hint::{Limits, snapshot, wire};
use crate::placement::NativeHints;

/// Most cells of one answer.
pub(in super::super) const MAX_CELLS: u64 = 1 << 16;
/// Most segments that a client may add.
const MAX_SEGMENTS: usize = 1 << 16;
/// Most cells that a client may write.
const MAX_WRITTEN: u64 = 1 << 24;

impl VmTask {
    /// Cells from `first` on.
    pub(in super::super) fn read_memory(&self, first: Relocatable, count: u64) -> CellRun {
        let count = usize::try_from(count.min(MAX_CELLS)).unwrap_or_default();
        snapshot::run(&self.machine.runner.vm, first, count)
    }

    /// Writes cells as a hint would: checked, then as a whole.
    pub(in super::super) fn write_memory(&mut self, cells: CellRun) -> Result<(), Status> {
        self.not_started()?;
        self.cells_written += cells.values.len() as u64 / 32;
        if self.cells_written > MAX_WRITTEN {
            let text = format!("more than `{MAX_WRITTEN}` cells were written");
            return Err(exhausted("TOO_MANY_CELLS", text));
        }
        let effects = Effects {
            writes: vec![cells],
            ..Effects::default()
        };
        let applied = Diff::new(Limits::default()).apply(&mut self.machine.runner.vm, &effects);
        applied.map(|_| ()).map_err(|error| {
            let text = error.to_string().replacen("the hint ", "the request ", 1);
            invalid("cells", "BAD_CELLS", text)
        })
    }

    /// Adds a segment.
    pub(in super::super) fn add_segment(&mut self) -> Result<Relocatable, Status> {
        self.not_started()?;
        let vm = &mut self.machine.runner.vm;
        if vm.segments.num_segments() >= MAX_SEGMENTS {
            let text = format!("there are already `{MAX_SEGMENTS}` segments");
            return Err(exhausted("TOO_MANY_SEGMENTS", text));
        }
        Ok(vm.add_memory_segment())
    }

    fn not_started(&self) -> Result<(), Status> {
        let name = &self.shared.name;
        if self.shared.vm().state() != VmState::Created {
            let text = format!("VM `{name}` has started");
            return Err(wrong_state(name, "VM_STARTED", text));
        }
        Ok(())
    }

    /// The last `count` cells before ap.
    pub(in super::super) fn return_values(&self, count: u32) -> Result<CellRun, Status> {
        let name = &self.shared.name;
        if self.shared.vm().state() != VmState::Succeeded {
            let text = format!("VM `{name}` has not run to its end");
            return Err(wrong_state(name, "VM_NOT_SUCCEEDED", text));
        }
        let mut first = self.machine.runner.vm.get_ap();
        match first.offset.checked_sub(count as usize) {
            Some(offset) if u64::from(count) <= MAX_CELLS => {
                first.offset = offset;
                Ok(self.read_memory(first, count.into()))
            }
            _ => {
                let text = format!("there are no `{count}` cells before ap");
                Err(invalid("count", "BAD_COUNT", text))
            }
        }
    }

    /// The variables of the hint scopes.
    pub(in super::super) async fn read_scopes(
        &mut self,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, Status> {
        let name = self.shared.name.clone();
        let failed = self.shared.vm().state() == VmState::Failed;
        let news = self.machine.natives.as_mut().map(NativeHints::take_news);
        let Some(session) = &mut self.machine.session else {
            return Ok(Vec::new());
        };
        if let Some((change, variables_json)) = news {
            session.follow_scopes(change, variables_json);
        }
        session
            .read_scopes(&mut self.machine.runner.vm, max_text_bytes)
            .await
            .map_err(|error| {
                if failed || has_ended(&self.shared.vm()) {
                    wrong_state(&name, "HINT_ENGINE_GONE", error)
                } else {
                    internal(error)
                }
            })
    }

    /// Where and why the hints run.
    pub(in super::super) fn hints(&self) -> Vec<PlacedHint> {
        let placed = |id, hint: &crate::program::Hint, base: Relocatable| PlacedHint {
            hint: Some(state::reference(id, hint)),
            pc: Some(wire::relocatable(Relocatable {
                segment_index: base.segment_index,
                offset: base.offset + hint.pc,
            })),
            first_line: hint
                .code
                .trim_start()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            placement: HintPlacement::Python.into(),
            reason: "all hints run in Python".to_owned(),
        };
        let placements = self
            .machine
            .natives
            .as_ref()
            .map_or(&[][..], NativeHints::placements);
        let mut hints: Vec<PlacedHint> = match &self.machine.session {
            Some(session) => (0..session.table().len() as u32)
                .filter_map(|id| {
                    let (loaded, hint) = session.table().hint(id)?;
                    Some(placed(id, hint, loaded.base))
                })
                .collect(),
            None => {
                let hints = self.program.program.hints().iter();
                hints
                    .map(|hint| placed(hint.id, hint, super::PROGRAM_BASE))
                    .collect()
            }
        };
        for hint in &mut hints {
            let id = hint.hint.as_ref().map_or(0, |hint| hint.hint_id);
            if let Some(placement) = placements.get(id as usize) {
                if placement.native {
                    hint.placement = HintPlacement::Native.into();
                }
                hint.reason.clone_from(&placement.reason);
            }
        }
        hints.sort_by_key(|hint| {
            let pc = hint.pc.unwrap_or_default();
            (
                pc.segment,
                pc.offset,
                hint.hint.as_ref().map_or(0, |hint| hint.index),
            )
        });
        hints
    }
}

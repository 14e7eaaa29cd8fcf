//! Looking into a VM that does not run: memory, return values, hint variables, hints; and writing memory
//! before its first step.

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{CellRun, Effects, HintPlacement, PlacedHint, Scope, Segment, VmState};
use tonic::Status;

use super::super::error::{Reason, exhausted, internal, invalid, wrong_state};
use super::super::registry::has_ended;
use super::{VmTask, state};
use crate::hint::diff::Diff;
use crate::hint::{Limits, snapshot, wire};
use crate::placement::NativeHints;

/// Most cells of one answer.
pub(in super::super) const MAX_CELLS: u64 = 1 << 16;

impl VmTask {
    /// Cells from `first` on.
    pub(in super::super) fn read_memory(&self, first: Relocatable, count: u64) -> CellRun {
        let count = usize::try_from(count.min(MAX_CELLS)).unwrap_or_default();
        snapshot::run(&self.machine.runner.vm, first, count)
    }

    /// Which of the cells from `first` on an instruction used.
    pub(in super::super) fn accesses(&self, first: Relocatable, count: u64) -> Vec<bool> {
        let count = usize::try_from(count.min(MAX_CELLS)).unwrap_or_default();
        let vm = &self.machine.runner.vm;
        (0..count)
            .map(|index| {
                let address = (first + index).ok();
                address.is_some_and(|address| vm.is_accessed(&address).unwrap_or(false))
            })
            .collect()
    }

    /// The segments.
    pub(in super::super) fn segments(&mut self) -> Vec<Segment> {
        let vm = &mut self.machine.runner.vm;
        // Sizes that are computed stay for ever, which only the end of the run wants.
        let ended = vm.segments.segment_used_sizes.is_some();
        let lengths = vm.segments.compute_effective_sizes().clone();
        if !ended {
            vm.segments.segment_used_sizes = None;
        }
        let vm = &self.machine.runner.vm;
        let role = |segment: isize| {
            let mut builtins = vm.builtin_runners.iter();
            match segment {
                0 => "program",
                1 => "execution",
                _ => builtins
                    .find(|builtin| builtin.base() as isize == segment)
                    .map_or("", |builtin| builtin.name().to_str()),
            }
        };
        let real = 0..vm.segments.num_segments() as isize;
        let temporary = (1..=vm.segments.num_temp_segments() as isize).map(|index| -index);
        real.chain(temporary)
            .map(|segment| Segment {
                base: Some(wire::relocatable((segment, 0).into())),
                length: usize::try_from(segment)
                    .ok()
                    .and_then(|index| Some(*lengths.get(index)? as u64)),
                role: role(segment).to_owned(),
            })
            .collect()
    }

    /// Writes cells as a hint would: checked, then as a whole.
    pub(in super::super) fn write_memory(&mut self, cells: CellRun) -> Result<(), Status> {
        self.not_started()?;
        self.cells_written += cells.values.len() as u64 / 32;
        let limit = self.max_written_cells;
        if self.cells_written > limit {
            let text = format!("more than `{limit}` cells were written");
            return Err(exhausted(Reason::TooManyCells, limit, text));
        }
        let effects = Effects {
            writes: vec![cells],
            ..Effects::default()
        };
        let applied = Diff::new(Limits::default()).apply(&mut self.machine.runner.vm, &effects);
        applied.map(|_| ()).map_err(|error| {
            let text = error.to_string().replacen("the hint ", "the request ", 1);
            invalid("cells", Reason::BadCells, text)
        })
    }

    /// Adds a segment.
    pub(in super::super) fn add_segment(&mut self) -> Result<Relocatable, Status> {
        self.not_started()?;
        let vm = &mut self.machine.runner.vm;
        let limit = self.max_segments;
        if vm.segments.num_segments() >= limit {
            let text = format!("there are already `{limit}` segments");
            return Err(exhausted(Reason::TooManySegments, limit, text));
        }
        Ok(vm.add_memory_segment())
    }

    fn not_started(&self) -> Result<(), Status> {
        let name = &self.shared.name;
        if self.shared.vm().state() != VmState::Created {
            let text = format!("VM `{name}` has started");
            return Err(wrong_state(name, Reason::VmStarted, text));
        }
        Ok(())
    }

    /// The last `count` cells before ap.
    pub(in super::super) fn return_values(&self, count: u32) -> Result<CellRun, Status> {
        let name = &self.shared.name;
        if self.shared.vm().state() != VmState::Succeeded {
            let text = format!("VM `{name}` has not run to its end");
            return Err(wrong_state(name, Reason::VmNotSucceeded, text));
        }
        let mut first = self.machine.runner.vm.get_ap();
        match first.offset.checked_sub(count as usize) {
            Some(offset) if u64::from(count) <= MAX_CELLS => {
                first.offset = offset;
                Ok(self.read_memory(first, count.into()))
            }
            _ => {
                let text = format!("there are no `{count}` cells before ap");
                Err(invalid("count", Reason::BadCount, text))
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
                    wrong_state(&name, Reason::HintEngineGone, error)
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

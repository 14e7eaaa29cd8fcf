//! Looking into a VM that does not run: memory, return values, hint variables, hints; and writing memory
//! before its first step.

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{CellRun, HintPlacement, PlacedHint, Scope, Segment, VmState};
use tonic::Status;

use super::super::error::{Reason, exhausted, internal, invalid, wrong_state};
use super::{VmTask, state};
use crate::account;
use crate::placement::EngineKind;
use crate::run::{Failure, StandingHint};
use crate::vm::wire;

/// Most cells of one answer.
pub(in super::super) const MAX_CELLS: u64 = 1 << 16;

impl VmTask {
    /// Cells from `first` on.
    pub(in super::super) fn read_memory(&self, first: Relocatable, count: u64) -> CellRun {
        let count = usize::try_from(count.min(MAX_CELLS)).unwrap_or_default();
        wire::cell_run(self.run.vm(), first, count)
    }

    /// Which of the cells from `first` on an instruction used.
    pub(in super::super) fn accesses(&self, first: Relocatable, count: u64) -> Vec<bool> {
        let count = usize::try_from(count.min(MAX_CELLS)).unwrap_or_default();
        let vm = self.run.vm();
        (0..count)
            .map(|index| {
                let address = (first + index).ok();
                address.is_some_and(|address| vm.is_accessed(&address).unwrap_or(false))
            })
            .collect()
    }

    /// The segments.
    pub(in super::super) fn segments(&mut self) -> Vec<Segment> {
        let vm = self.run.vm_mut();
        // Sizes that are computed stay for ever, which only the end of the run wants.
        let ended = vm.segments.segment_used_sizes.is_some();
        let lengths = vm.segments.compute_effective_sizes().clone();
        if !ended {
            vm.segments.segment_used_sizes = None;
        }
        let vm = self.run.vm();
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
            let used = self.cells_written;
            return Err(exhausted(
                Reason::TooManyCells,
                ("written_cells", limit, used),
                text,
            ));
        }
        let written = self.run.write_cells(cells);
        // It may have got half of what it needed: such a VM has no use.
        if let Err(over) = account::check() {
            self.fail(Failure::over_limit(over));
            let found = ("max_memory_bytes", over.limit as u64, over.used as u64);
            return Err(exhausted(Reason::MemoryLimit, found, over));
        }
        written.map_err(|text| invalid("cells", Reason::BadCells, text))
    }

    /// Adds a segment.
    pub(in super::super) fn add_segment(&mut self) -> Result<Relocatable, Status> {
        self.not_started()?;
        let vm = self.run.vm_mut();
        let limit = self.max_segments;
        if vm.segments.num_segments() >= limit {
            let text = format!("there are already `{limit}` segments");
            let (limit, used) = (limit as u64, vm.segments.num_segments() as u64);
            return Err(exhausted(
                Reason::TooManySegments,
                ("max_segments", limit, used),
                text,
            ));
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
        let mut first = self.run.vm().get_ap();
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
        if self.abandoned {
            let text = format!("the variables of VM `{name}` ended with its run");
            return Err(wrong_state(&name, Reason::HintEngineGone, text));
        }
        let scopes = self.run.read_scopes(max_text_bytes).await;
        scopes.map_err(|error| {
            if self.shared.has_ended() {
                wrong_state(&name, Reason::HintEngineGone, error)
            } else {
                internal(error)
            }
        })
    }

    /// Where and why the hints run.
    pub(in super::super) fn hints(&self) -> Vec<PlacedHint> {
        let mut hints: Vec<PlacedHint> = self.run.all_hints().map(|hint| placed(&hint)).collect();
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

fn placed(standing: &StandingHint<'_>) -> PlacedHint {
    let StandingHint {
        hint,
        base,
        placement,
        ..
    } = standing;
    // Of programs that hints loaded.
    let by_default = match hint.language() {
        hint_proto::PYTHON => (EngineKind::Python, "all hints run in Python"),
        _ => (EngineKind::Apart, "it is in a language of its own"),
    };
    let (engine, reason) =
        placement.map_or(by_default, |found| (found.engine, found.reason.as_str()));
    let first_line = hint.code.trim_start().lines().next();
    PlacedHint {
        hint: Some(state::reference(standing)),
        pc: Some(wire::relocatable(Relocatable {
            segment_index: base.segment_index,
            offset: base.offset + hint.pc,
        })),
        first_line: first_line.unwrap_or_default().to_owned(),
        placement: match engine {
            EngineKind::Twin | EngineKind::Compiled => HintPlacement::Native.into(),
            EngineKind::Python => HintPlacement::Python.into(),
            EngineKind::Apart => HintPlacement::Apart.into(),
        },
        language: hint.language().to_owned(),
        reason: reason.to_owned(),
    }
}

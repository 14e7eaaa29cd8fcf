//! The hint that runs now, for whoever looks from outside while the run waits for it. Must not know why
//! somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::table::LoadedProgram;

/// A view on the hint that runs now. Clones show the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningHint(Arc<Running>);

#[derive(Debug, Default)]
struct Running {
    /// The low 32 bits of the step, then the number of the hint from 1 on: no two executions that follow each other
    /// have the same.
    execution: AtomicU64,
    programs: Mutex<Vec<LoadedProgram>>,
}

impl RunningHint {
    /// A hint begins, in this step.
    #[inline]
    pub(super) fn begins(&self, id: u32, step: u64) {
        let execution = step << 32 | (u64::from(id) + 1);
        self.0.execution.store(execution, Ordering::Relaxed);
    }

    /// None runs any more.
    #[inline]
    pub(super) fn ends(&self) {
        self.0.execution.store(0, Ordering::Relaxed);
    }

    /// Has the hints of one more program named.
    pub(super) fn knows(&self, program: &LoadedProgram) {
        let programs = self.0.programs.lock();
        let mut programs = programs.unwrap_or_else(PoisonError::into_inner);
        programs.push(program.clone());
    }

    /// Which execution of a hint it is, as a number of no other meaning; 0 when none runs.
    pub(crate) fn execution(&self) -> u64 {
        self.0.execution.load(Ordering::Relaxed)
    }

    /// The step of an execution, which is not before `earlier`.
    pub(crate) fn step(execution: u64, earlier: u64) -> u64 {
        let low = execution >> 32;
        let step = earlier & !u64::from(u32::MAX) | low;
        if step < earlier {
            step + (1 << 32)
        } else {
            step
        }
    }

    /// Where the hint of an execution stands, for people: `file.cairo:12`, or its pc.
    pub(crate) fn place(&self, execution: u64) -> String {
        let id = (execution as u32).wrapping_sub(1);
        let programs = self.0.programs.lock();
        let programs = programs.unwrap_or_else(PoisonError::into_inner);
        let owner = programs
            .iter()
            .rev()
            .find(|program| program.first_hint <= id);
        let found = owner.and_then(|owner| {
            let hint = owner
                .program
                .hints()
                .get((id - owner.first_hint) as usize)?;
            Some((owner, hint))
        });
        let Some((owner, hint)) = found else {
            return "an unknown place".to_owned();
        };
        let location = hint.location.as_ref().map(|hint| &hint.location);
        let named = location.and_then(|location| {
            let file = location.input_file.filename.as_deref()?;
            let name = file.rsplit('/').next()?;
            Some(format!("{name}:{}", location.start_line))
        });
        named.unwrap_or_else(|| {
            let mut pc = owner.base;
            pc.offset = pc.offset.saturating_add(hint.pc);
            format!("pc {pc}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_tells_its_step_beyond_32_bits() {
        for step in [0, 7, (1 << 32) - 1, 1 << 32, (5 << 32) + 3] {
            let running = RunningHint::default();
            running.begins(2, step);
            for earlier in [step, step.saturating_sub(1), step.saturating_sub(1 << 31)] {
                assert_eq!(RunningHint::step(running.execution(), earlier), step);
            }
            running.ends();
            assert_eq!(running.execution(), 0);
        }
        assert_eq!(RunningHint::default().place(3), "an unknown place");
    }
}

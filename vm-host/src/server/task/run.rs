//! Running a VM until a condition holds, it is paused, or it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{LogLevel, Progress, StopReason, Vm, VmState};
use tonic::Status;

use super::{VmTask, state};
use crate::vm::error_text::{END_NOT_REACHED, END_REACHED};
use crate::vm::{Failure, StepCause, StepError};

/// Steps after which other calls of the thread are looked at, and the public state is brought up to date.
const QUANTUM: u32 = 1 << 12;
/// As how many steps a step with hints counts, which takes so much longer.
const HINT_WEIGHT: u32 = 128;
/// Quanta after which other VMs of the thread get their turn: some two milliseconds. A change of turns
/// costs as much as many hints, because the caches are those of another VM; longer turns gained nothing more.
const TURN: u32 = 4;
/// Time between two progress events.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// When to stop, besides the end, a failure and a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Until {
    /// Not before.
    End,
    /// After so many more steps.
    Steps(u64),
    /// Before the instruction there.
    Address(Relocatable),
    /// When so many steps were run since the start, which ends the run.
    TotalSteps(u64),
}

/// Why the loop stopped without a failure.
enum Stop {
    End,
    Reached,
    Paused,
}

impl VmTask {
    /// Runs; the VM is in state RUNNING and leaves it.
    pub(in super::super) async fn run(&mut self, until: Until) -> Result<(Vm, StopReason), Status> {
        let result = self.advance(until).await;
        if let Some(outputs) = &self.outputs {
            outputs.flush();
        }
        let reason = match result {
            Ok(Stop::End) => match self.finish().await {
                Ok(()) => StopReason::Ended,
                Err(failure) => {
                    self.fail(failure);
                    StopReason::Failed
                }
            },
            Ok(stop) => {
                if matches!(stop, Stop::Paused) {
                    let text = format!("paused after `{}` steps", self.current_step());
                    self.shared.log(LogLevel::Info, text);
                }
                let progress = state::progress(&self.machine);
                self.shared.publish(|vm| {
                    progress(vm);
                    vm.set_state(VmState::Paused);
                });
                match stop {
                    Stop::Paused => StopReason::Paused,
                    _ => StopReason::Reached,
                }
            }
            Err(error) => {
                let failure = self.explain(error);
                self.fail(failure);
                StopReason::Failed
            }
        };
        Ok((self.shared.vm(), reason))
    }

    fn explain(&mut self, error: StepError) -> Failure {
        // Programs that hints loaded explain their own instructions.
        let loaded = self
            .machine
            .session
            .as_ref()
            .map_or(&[][..], |s| s.table().programs());
        for program in loaded.iter().skip(1) {
            self.context
                .load(Arc::clone(&program.program), program.base);
        }
        Failure::of_step(&self.machine, &self.context, error)
    }

    async fn advance(&mut self, until: Until) -> Result<Stop, StepError> {
        let total = match until {
            Until::TotalSteps(total) => Some(total),
            _ => None,
        };
        // In proof mode the last step is the one at `__end__`.
        let last = u64::from(self.options.proof_mode);
        let turn = self.turn.clone();
        let _at_work = turn.take().await;
        let first = self.current_step();
        let mut quantum = QUANTUM;
        let mut left = TURN;
        let mut hints_before = self.hints_done();
        let mut told = Instant::now();
        loop {
            let pc = self.machine.runner.vm.get_pc();
            let step = self.current_step();
            if pc == self.end && self.ended.original_steps.is_none() {
                for _ in 0..last {
                    self.machine.step().await?;
                }
                self.ended.original_steps = Some(step + last);
                continue;
            }
            match (total, self.ended.original_steps) {
                (None, Some(_)) => return Ok(Stop::End),
                (Some(total), Some(_)) if step >= total => {
                    self.ended.exact_steps = true;
                    return Ok(Stop::End);
                }
                (Some(_), Some(_)) if last == 0 && pc == self.end => {
                    return Err(self.machine.stop(StepCause::Loop(END_REACHED)));
                }
                (Some(total), None) if step >= total.saturating_sub(last) => {
                    return Err(self.machine.stop(StepCause::Loop(END_NOT_REACHED)));
                }
                _ => {}
            }
            let reached = match until {
                Until::Steps(steps) => step - first >= steps,
                Until::Address(address) => pc == address,
                Until::End | Until::TotalSteps(_) => false,
            };
            if reached {
                return Ok(Stop::Reached);
            }
            if self.shared.pause_wanted() {
                return Ok(Stop::Paused);
            }
            if step >= self.max_steps {
                return Err(self.machine.stop(StepCause::Loop(END_NOT_REACHED)));
            }
            self.machine.step().await?;
            let hints = self.hints_done();
            let weight = if hints == hints_before {
                1
            } else {
                HINT_WEIGHT
            };
            hints_before = hints;
            quantum = quantum.saturating_sub(weight);
            if quantum == 0 {
                quantum = QUANTUM;
                self.tell_progress(&mut told);
                left -= 1;
                if left == 0 {
                    left = TURN;
                    turn.pass().await;
                }
                tokio::task::yield_now().await;
            }
        }
    }

    /// Hints in the engine, which take much longer than a step.
    fn hints_done(&self) -> u64 {
        self.machine.hints_executed()
    }

    fn current_step(&self) -> u64 {
        self.machine.runner.vm.get_current_step() as u64
    }

    fn tell_progress(&self, told: &mut Instant) {
        let progress = state::progress(&self.machine);
        self.shared.update(progress);
        if told.elapsed() >= PROGRESS_INTERVAL && self.shared.watchers.any() {
            *told = Instant::now();
            let event = Progress {
                current_step: self.current_step(),
                hints_executed: self.machine.hints_executed(),
            };
            self.shared.watchers.tell(&Event::Progress(event));
        }
    }
}

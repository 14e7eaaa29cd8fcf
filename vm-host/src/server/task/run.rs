//! Running a VM until a goal is reached, it is paused, or it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{self, LogLevel, StopReason, VmState};
use tonic::Status;

use super::{VmTask, state};
use crate::run::{Failure, FailureReason, Goal, Pace, Progress, StepError, Stop};
use crate::server::shared::Shared;
use crate::worker::Turn;

/// Time between two progress events.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

impl VmTask {
    /// Runs; the VM is in state RUNNING and leaves it.
    pub(in super::super) async fn run(&mut self, goal: Goal) -> Result<StopReason, Status> {
        let (shared, turn) = (Arc::clone(&self.shared), self.turn.clone());
        // Also while it ends, which takes long after a long run.
        let at_work = turn.take().await;
        let start = Instant::now();
        let worker = || shared.lock().worker_process_id;
        let passed = self
            .bounds
            .passed(self.spent.run_time, start, worker, &shared.printed);
        let result = tokio::select! {
            result = self.advance(goal) => Ok(result),
            passed = passed => Err(passed),
        };
        self.spent.run_time += start.elapsed();
        drop(at_work);
        let (result, finished) = match result {
            Ok(result) => result,
            Err(passed) => {
                self.worker.flush().await;
                let failure = Failure::new(FailureReason::LimitExceeded, passed.to_string());
                self.keep_report(&failure).await;
                self.run.abandon();
                self.abandoned = true;
                self.fail(failure);
                self.shared.runs.stop(StopReason::Failed);
                return Ok(StopReason::Failed);
            }
        };
        let reason = match result {
            Ok(Stop::Ended) => match finished {
                Ok(()) => StopReason::Ended,
                Err(failure) => {
                    self.fail(failure);
                    StopReason::Failed
                }
            },
            Ok(stop) => {
                if stop == Stop::Paused {
                    let text = format!("paused after `{}` steps", self.run.current_step());
                    self.shared.log(LogLevel::Info, text);
                }
                let progress = state::progress(&self.run);
                let reason = match stop {
                    Stop::Paused => StopReason::Paused,
                    Stop::Reached | Stop::Ended => StopReason::Reached,
                };
                self.shared.publish(|vm| {
                    progress(vm);
                    vm.set_state(VmState::Paused);
                    vm.set_stop_reason(reason);
                });
                reason
            }
            Err(error) => {
                let failure = self.run.explain(error);
                self.fail(failure);
                StopReason::Failed
            }
        };
        self.shared.runs.stop(reason);
        Ok(reason)
    }
}

impl VmTask {
    /// Runs, and ends the run when it comes to its end.
    async fn advance(&mut self, goal: Goal) -> (Result<Stop, StepError>, Result<(), Failure>) {
        let mut watched = Watched {
            shared: &self.shared,
            turn: &self.turn,
            told: Instant::now(),
        };
        let result = self.run.advance(goal, &mut watched).await;
        self.worker.flush().await;
        let finished = match result {
            Ok(Stop::Ended) => self.finish().await,
            _ => Ok(()),
        };
        (result, finished)
    }
}

/// The clients and the other VMs, as a run sees them.
struct Watched<'a> {
    shared: &'a Shared,
    turn: &'a Turn,
    told: Instant,
}

impl Pace for Watched<'_> {
    fn wants_pause(&self) -> bool {
        self.shared.pause_wanted()
    }

    async fn rest(&mut self, progress: Progress) {
        let Progress { steps, hints } = progress;
        self.shared.update(|vm| {
            vm.current_step = steps;
            vm.hints_executed = hints;
        });
        if self.told.elapsed() >= PROGRESS_INTERVAL && self.shared.watchers.any() {
            self.told = Instant::now();
            self.shared.watchers.tell(&Event::Progress(v1::Progress {
                current_step: steps,
                hints_executed: hints,
            }));
        }
        self.turn.pass().await;
        // The end of the VM, and what its hints print.
        tokio::task::yield_now().await;
    }
}

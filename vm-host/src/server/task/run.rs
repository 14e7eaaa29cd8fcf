//! Running a VM until a goal is reached, it is paused, or it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{self, LogLevel, StopReason, VmState};
use tonic::Status;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::{VmTask, state};
use crate::run::{Failure, FailureReason, Goal, Pace, Progress, RunCounts, StepError, Stop};
use crate::server::metrics::Meter;
use crate::server::observation::Observed;
use crate::server::shared::Shared;
use crate::spans;
use crate::worker::Turn;

/// Time between two progress events.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

impl VmTask {
    /// Runs; the VM is in state RUNNING and leaves it.
    pub(in super::super) async fn run(
        &mut self,
        goal: Goal,
        call: Option<Observed>,
    ) -> Result<StopReason, Status> {
        let before = self.spent.run_time;
        let (call_id, parent) = call.map_or_else(
            || (Arc::default(), Span::none()),
            |call| (call.id, call.span),
        );
        let log = tracing::info_span!("run", call_id = &*call_id);
        let span = tracing::info_span!(
            target: spans::TARGET,
            parent: &parent,
            "run",
            vm = self.shared.name,
            tenant = &**self.meter.tenant(),
            steps = Empty,
            hints = Empty,
            stopped = Empty,
        );
        let run = self.run_until(goal).instrument(span.clone());
        let stopped = run.instrument(log).await;
        span.record("steps", self.run.current_step());
        span.record("hints", self.run.hints_executed());
        if let Ok(reason) = stopped {
            span.record("stopped", reason.as_str_name());
        }
        self.count();
        if let Ok(reason) = stopped {
            let took = self.spent.run_time - before;
            let (metrics, tenant) = (self.meter.metrics(), self.meter.tenant());
            metrics.stopped(tenant, reason, took);
        }
        stopped
    }

    async fn run_until(&mut self, goal: Goal) -> Result<StopReason, Status> {
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
                self.count();
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
            meter: &mut self.meter,
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
    meter: &'a mut Meter,
}

impl Pace for Watched<'_> {
    fn wants_pause(&self) -> bool {
        self.shared.pause_wanted()
    }

    fn wants_counts(&self) -> bool {
        self.meter.is_due()
    }

    fn count(&mut self, counts: RunCounts) {
        self.meter.fold(counts);
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

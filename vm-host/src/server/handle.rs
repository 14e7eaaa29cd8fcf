//! A VM as calls see it: whose it is, and a way to have things done on its thread.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{StopReason, Vm, VmState};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tonic::Status;

use super::error::{Problem, Reason, exhausted, internal, unknown_vm, wrong_state};
use super::programs::StoredProgram;
use super::runs::Repeatable;
use super::shared::{End, Shared};
use super::task::{Job, VmTask};

/// Calls that may wait for one VM.
pub(super) const MAX_JOBS: usize = 64;

/// A VM.
#[derive(Debug)]
pub(super) struct VmHandle {
    /// The name without `vms/`.
    pub(super) id: String,
    /// Whose it is.
    pub(super) tenant: Arc<str>,
    /// The connection with which it ends; absent with a time to live.
    pub(super) connection: Option<u64>,
    /// How long it may stay unused.
    pub(super) time_to_live: Option<Duration>,
    /// When it ends, used or not, if it has a time to live.
    pub(super) end_of_life: Option<Instant>,
    /// Its place in the order of creation.
    pub(super) order: u64,
    /// The program.
    pub(super) program: Arc<StoredProgram>,
    /// Whether a client serves its hints.
    pub(super) attached: bool,
    /// What it shares with its thread.
    pub(super) shared: Arc<Shared>,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) last_used: Mutex<Instant>,
    pub(super) attaching: AtomicBool,
}

impl VmHandle {
    /// Notes that somebody uses the VM.
    pub(super) fn touch(&self) {
        *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Why its time has passed, if it has.
    pub(super) fn expired(&self) -> Option<End> {
        let limit = self.time_to_live?;
        if self.end_of_life.is_some_and(|end| Instant::now() >= end) {
            return Some(End::TooOld);
        }
        let last_used = *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let unused = self.shared.lock().state() != VmState::Running && last_used.elapsed() > limit;
        unused.then_some(End::Unused)
    }

    /// Ends the VM in whatever state it is.
    pub(super) fn end(&self, why: End) {
        self.shared.end.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(why);
            first
        });
    }

    /// Waits until the VM is gone, and its worker with it.
    pub(super) async fn gone(&self) {
        let mut gone = self.shared.gone.subscribe();
        // The sender lives in `shared`.
        let _ = gone.wait_for(|gone| *gone).await;
    }

    /// Waits for the end of the creation.
    pub(super) async fn created(&self) -> Result<(), Status> {
        let mut created = self.shared.created.subscribe();
        match created.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(result)) => result.clone(),
            _ => Err(unknown_vm(&self.shared.name)),
        }
    }

    /// Has something done on the VM's thread, unless the VM is running.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl for<'a> FnOnce(&'a mut VmTask) -> LocalBoxFuture<'a, Result<T, Status>>
        + Send
        + 'static,
    ) -> Result<T, Status> {
        self.touch();
        let answer = {
            let vm = self.shared.lock();
            if vm.state() == VmState::Running {
                return Err(running(&vm.name));
            }
            // Sent under the lock, so that no RunVm comes in between.
            self.send(job)?
        };
        self.answer(answer).await
    }

    /// The VM as callers get it.
    pub(super) fn vm(&self) -> Vm {
        let mut vm = self.shared.vm();
        vm.attached = self.attaching.load(Ordering::Acquire);
        if let Some(limit) = self.time_to_live {
            let last_used = *self
                .last_used
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let left = limit.saturating_sub(last_used.elapsed());
            let left = match self.end_of_life {
                Some(end) => left.min(end.saturating_duration_since(Instant::now())),
                None => left,
            };
            vm.expire_time = SystemTime::now().checked_add(left).map(Into::into);
        }
        vm
    }

    /// Moves the VM to RUNNING and has `job` done, which must leave that state.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        request: Repeatable,
        job: impl for<'a> FnOnce(&'a mut VmTask) -> LocalBoxFuture<'a, Result<T, Status>>
        + Send
        + 'static,
    ) -> Result<T, Status> {
        let answer = {
            let mut vm = self.shared.lock();
            match vm.state() {
                VmState::Created | VmState::Paused => {}
                VmState::Running => return Err(running(&vm.name)),
                _ => {
                    let text = format!("VM `{}` has ended", vm.name);
                    return Err(wrong_state(&vm.name, Reason::VmEnded, text));
                }
            }
            if !self.shared.runs.begin(request) {
                return Err(running(&vm.name));
            }
            self.shared.forget_pause();
            // Its job waits for this lock before it looks at the state.
            let answer = self.send(job);
            let answer = answer.inspect_err(|_| self.shared.runs.stop(StopReason::Unspecified))?;
            vm.set_state(VmState::Running);
            vm.set_stop_reason(StopReason::Unspecified);
            // Told under the lock, so that it comes before what the run leads to.
            self.shared.watchers.tell(&Event::State(vm.clone()));
            answer
        };
        // When the caller gives up, nobody waits for the run any more: it pauses.
        let _pause = PauseOnDrop(&self.shared);
        self.answer(answer).await
    }

    fn send<T: Send + 'static>(
        &self,
        job: impl for<'a> FnOnce(&'a mut VmTask) -> LocalBoxFuture<'a, Result<T, Status>>
        + Send
        + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Status>>, Status> {
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let job: Job = Box::new(move |task| {
            Box::pin(async move {
                let result = AssertUnwindSafe(async { job(task).await })
                    .catch_unwind()
                    .await;
                let result = result.unwrap_or_else(|_| {
                    shared.publish(|vm| {
                        vm.set_state(VmState::Failed);
                        vm.set_stop_reason(StopReason::Failed);
                        vm.failure = Some(hint_proto::v1::Failure {
                            reason: "INTERNAL".to_owned(),
                            message: "a fault of the server".to_owned(),
                            ..Default::default()
                        });
                    });
                    shared.runs.stop(StopReason::Failed);
                    Err(internal("a fault of the server ended the VM"))
                });
                // The caller may have given up.
                let _ = reply.send(result);
            })
        });
        match self.jobs.try_send(job) {
            Err(mpsc::error::TrySendError::Full(_)) => {
                let text = format!("too many calls wait for VM `{}`", self.shared.name);
                let found = ("waiting_calls", MAX_JOBS as u64, MAX_JOBS as u64);
                Err(exhausted(Reason::TooManyCalls, found, text))
            }
            // A VM that is gone drops the job, and with it `reply`.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(answer),
        }
    }

    async fn answer<T>(&self, answer: oneshot::Receiver<Result<T, Status>>) -> Result<T, Status> {
        match answer.await {
            Ok(result) => result,
            Err(_) if *self.shared.end.borrow() == Some(End::Shutdown) => {
                let problem = Problem::new(
                    Reason::ServerShutdown,
                    format!("the server ended, and VM `{}` with it", self.shared.name),
                );
                Err(problem.vm(&self.shared.name).into())
            }
            Err(_) => {
                let text = format!("VM `{}` was deleted", self.shared.name);
                let problem = Problem::new(Reason::VmDeleted, text);
                Err(problem.vm(&self.shared.name).into())
            }
        }
    }
}

struct PauseOnDrop<'a>(&'a Shared);

impl Drop for PauseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.ask_to_pause();
    }
}

fn running(name: &str) -> Status {
    let text = format!("VM `{name}` is running");
    let problem = Problem::new(Reason::VmRunning, text);
    problem.precondition("STATE", name).into()
}

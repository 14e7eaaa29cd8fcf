//! One VM on its thread: the run, and what was asked of it, one thing after the other. Nothing here is
//! shared with another VM, and nothing here knows of calls or of other VMs.

mod artifact;
mod build;
mod engine;
mod finish;
mod memory;
mod output;
mod records;
mod report;
mod run;
mod state;

pub(super) use artifact::Download;
pub(super) use memory::MAX_CELLS;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::LocalBoxFuture;
use hint_proto::v1::{LogLevel, StopReason, VmState};
use tokio::sync::mpsc;
use tracing::{Instrument as _, Span};

use super::bounds::{Bounds, Spent};
use super::create_request::VmRequest;
use super::metrics::{Meter, Metrics};
use super::programs::StoredProgram;
use super::shared::{End, Shared};
use crate::account::Pool;
use crate::run::{Failure, Run};
use crate::vm::outputs::Relocation;
use crate::worker::{Places, Spawner, Turn};
use engine::WorkerOf;
use report::Kept;

/// Something to do on the VM's thread.
pub(super) type Job = Box<dyn for<'a> FnOnce(&'a mut VmTask) -> LocalBoxFuture<'a, ()> + Send>;

/// What a server gives its VMs.
#[derive(Debug)]
pub(super) struct Supplies {
    pub(super) spawner: Spawner,
    pub(super) places: Places,
    /// What all VMs may have together.
    pub(super) memory: Pool,
    pub(super) max_written_cells: u64,
    pub(super) max_segments: usize,
    pub(super) metrics: Arc<Metrics>,
}

/// A VM.
pub(super) struct VmTask {
    shared: Arc<Shared>,
    program: Arc<StoredProgram>,
    run: Run,
    worker: WorkerOf,
    /// Its place among the VMs of the server.
    turn: Turn,
    cells_written: u64,
    max_written_cells: u64,
    max_segments: usize,
    bounds: Bounds,
    spent: Spent,
    meter: Meter,
    /// Bytes that its hints had printed when that was last counted.
    printed: u64,
    /// Whether the run was ended in the middle of something, and its engines with it.
    abandoned: bool,
    /// Where segments end up; known when the run has ended.
    relocation: Option<Relocation>,
    /// Cells in memory; counted when the memory was asked for.
    cell_count: Option<u64>,
    /// What its report is made from, if it has one.
    report: Option<Kept>,
}

impl std::fmt::Debug for VmTask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("VmTask")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// The life of a VM, from its creation, which has a span, until it is told to end.
pub(super) async fn live(
    supplies: &Supplies,
    shared: &Arc<Shared>,
    request: (VmRequest, Span),
    inbox: mpsc::Receiver<Job>,
) {
    // The thread is the VM's alone.
    let account = supplies.memory.account(request.0.max_memory);
    let account = shared.account.get_or_init(|| account);
    let _charged = account.enter();
    let mut end = shared.end.subscribe();
    tokio::select! {
        biased;
        // The sender lives in `shared`.
        _ = end.wait_for(Option::<End>::is_some) => {}
        () = serve(supplies, shared, request, inbox) => {}
    }
}

async fn serve(
    supplies: &Supplies,
    shared: &Arc<Shared>,
    (request, creation): (VmRequest, Span),
    mut inbox: mpsc::Receiver<Job>,
) {
    let built = VmTask::build(supplies, shared, request);
    let mut task = match built.instrument(creation).await {
        Ok(task) => task,
        Err(status) => {
            shared.created.send_replace(Some(Err(status)));
            return;
        }
    };
    task.meter.metrics().created(task.meter.tenant());
    shared.created.send_replace(Some(Ok(())));
    while let Some(job) = inbox.recv().await {
        job(&mut task).await;
    }
}

impl Drop for VmTask {
    fn drop(&mut self) {
        // It may have been ended in the middle of a run.
        self.count();
    }
}

impl VmTask {
    /// Tells the server what the VM has done since the last time.
    fn count(&mut self) {
        if !self.abandoned {
            self.meter.fold(self.run.counts());
        }
        let printed = self.shared.printed.load(Ordering::Relaxed);
        let more = printed - std::mem::replace(&mut self.printed, printed);
        let metrics = self.meter.metrics();
        metrics.hint_output_bytes_total.inc_by(more);
    }

    /// Ends the VM with a failure.
    pub(super) fn fail(&mut self, failure: Failure) {
        if let Some(report) = &mut self.report {
            report.fail(&failure);
        }
        self.meter.failed(failure.reason);
        let failure = state::failure(self, failure);
        let progress = state::progress(&self.run);
        let text = format!(
            "failed after `{}` steps: {}",
            self.run.current_step(),
            failure.reason
        );
        let hint = failure.hint.as_ref();
        let hint = hint.map(|hint| format!("{}:{}", hint.filename, hint.line));
        tracing::warn!(hint, error = ?failure.message, "{text}");
        self.shared.log(LogLevel::Error, text);
        self.shared.publish(|vm| {
            progress(vm);
            vm.failure = Some(failure);
            if vm.state() == VmState::Running {
                vm.set_stop_reason(StopReason::Failed);
            }
            vm.set_state(VmState::Failed);
        });
    }
}

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

use futures_util::future::LocalBoxFuture;
use hint_proto::v1::{LogLevel, StopReason, VmState};
use tokio::sync::mpsc;

use super::bounds::{Bounds, Spent};
use super::create_request::VmRequest;
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

/// The life of a VM, from its creation until it is told to end.
pub(super) async fn live(
    supplies: &Supplies,
    shared: &Arc<Shared>,
    request: VmRequest,
    inbox: mpsc::Receiver<Job>,
) {
    // The thread is the VM's alone.
    let account = supplies.memory.account(request.max_memory);
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
    request: VmRequest,
    mut inbox: mpsc::Receiver<Job>,
) {
    let mut task = match VmTask::build(supplies, shared, request).await {
        Ok(task) => task,
        Err(status) => {
            shared.created.send_replace(Some(Err(status)));
            return;
        }
    };
    shared.created.send_replace(Some(Ok(())));
    while let Some(job) = inbox.recv().await {
        job(&mut task).await;
    }
}

impl VmTask {
    /// Ends the VM with a failure.
    pub(super) fn fail(&mut self, failure: Failure) {
        if let Some(report) = &mut self.report {
            report.fail(&failure);
        }
        let failure = state::failure(self, failure);
        let progress = state::progress(&self.run);
        let text = format!(
            "failed after `{}` steps: {}",
            self.run.current_step(),
            failure.reason
        );
        tracing::warn!(error = ?failure.message, "{text}");
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

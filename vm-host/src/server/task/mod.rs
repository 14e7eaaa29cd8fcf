//! One VM on its thread: the machine, and what was asked of it, one thing after the other. Nothing here is
//! shared with another VM.

mod artifact;
mod build;
mod engine;
mod finish;
mod memory;
mod output;
mod run;
mod state;

pub(super) use artifact::Download;
pub(super) use memory::MAX_CELLS;
pub(super) use run::Until;

use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{LogLevel, VmState};
use tokio::sync::mpsc;

use super::handle::{Job, Shared};
use super::programs::StoredProgram;
use super::registry::Registry;
use super::spec::VmSpec;
use crate::cli::RunOptions;
use crate::hint::session::SessionInputs;
use crate::program::ExceptionContext;
use crate::vm::finish::{Ended, RunShape};
use crate::vm::outputs::Relocation;
use crate::vm::{Failure, Machine};
use crate::worker::Turn;
use output::HintOutputs;

/// Where the program's code starts.
const PROGRAM_BASE: Relocatable = Relocatable {
    segment_index: 0,
    offset: 0,
};

/// A VM.
pub(super) struct VmTask {
    shared: Arc<Shared>,
    program: Arc<StoredProgram>,
    options: RunOptions,
    machine: Machine,
    shape: RunShape,
    end: Relocatable,
    /// Whether the run starts at `main`: then it must return its builtins.
    is_main: bool,
    max_steps: u64,
    /// Cells that the program's segment may have in the end; 0 for the program's own.
    program_segment_size: u64,
    /// Inputs of a session that waits for its client.
    waiting: Option<SessionInputs>,
    context: ExceptionContext,
    outputs: Option<HintOutputs>,
    /// Its place among the VMs of its thread.
    turn: Turn,
    ended: Ended,
    cells_written: u64,
    max_written_cells: u64,
    max_segments: usize,
    /// Where segments end up; known when a result was asked for.
    relocation: Option<Relocation>,
    /// Cells in memory; counted when the memory was asked for.
    cell_count: Option<u64>,
}

impl std::fmt::Debug for VmTask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("VmTask")
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}

/// The life of a VM, from its creation until it is told to end.
pub(super) async fn live(
    registry: Arc<Registry>,
    shared: Arc<Shared>,
    spec: VmSpec,
    inbox: mpsc::Receiver<Job>,
) {
    let mut end = shared.end.subscribe();
    tokio::select! {
        biased;
        // The sender lives in `shared`.
        _ = end.wait_for(Option::is_some) => {}
        () = serve(&registry, &shared, spec, inbox) => {}
    }
}

async fn serve(
    registry: &Registry,
    shared: &Arc<Shared>,
    spec: VmSpec,
    mut inbox: mpsc::Receiver<Job>,
) {
    let mut task = match VmTask::build(registry, shared, spec).await {
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
    fn fail(&mut self, failure: Failure) {
        let failure = state::failure(self, failure);
        let progress = state::progress(&self.machine);
        let text = format!(
            "failed after `{}` steps: {}",
            self.machine.runner.vm.get_current_step(),
            failure.reason
        );
        self.shared.log(LogLevel::Error, text);
        self.shared.publish(|vm| {
            progress(vm);
            vm.failure = Some(failure);
            vm.set_state(VmState::Failed);
        });
    }
}

//! Making a VM: the run before its first step, and its worker.

use std::sync::Arc;

use hint_proto::v1::{LogLevel, VmState};
use tonic::Status;

use super::super::bounds::Spent;
use super::super::create_request::VmRequest;
use super::super::error::{Problem, Reason, internal, invalid};
use super::super::metrics::Meter;
use super::super::shared::Shared;
use super::engine::WorkerOf;
use super::report::Kept;
use super::{Supplies, VmTask, state};
use crate::program::{CompiledProgram, SourceFiles};
use crate::run::{EntryError, HintPlacement, NotPlaced, Run, StartError};

impl VmTask {
    /// Makes the VM and starts its worker. A program whose hints do not load gives a failed VM.
    pub(super) async fn build(
        supplies: &Supplies,
        shared: &Arc<Shared>,
        request: VmRequest,
    ) -> Result<Self, Status> {
        let VmRequest {
            program,
            entry,
            config,
            attached,
            tenant,
            bounds,
            ..
        } = request;
        let meter = Meter::new(&supplies.metrics, &tenant);
        let turn = supplies.places.turn(tenant);
        let counts_steps = config.counts_steps;
        let mut run = Run::of_program(&program.text, &entry, config, None, SourceFiles::Ignored)
            .map_err(|error| refused(&program.text.program, error))?;
        run.share(turn.clone());
        let report = counts_steps.then(|| Kept::begin(&mut run, shared));
        let worker = WorkerOf::new(&supplies.spawner, shared);
        run.print_to(Box::new(worker.clone()));
        let mut task = Self {
            shared: Arc::clone(shared),
            program,
            run,
            worker,
            turn,
            cells_written: 0,
            max_written_cells: supplies.max_written_cells,
            max_segments: supplies.max_segments,
            bounds,
            spent: Spent::default(),
            meter,
            printed: 0,
            abandoned: false,
            relocation: None,
            cell_count: None,
            report,
        };
        let config = task.run.config();
        let layout = config.vm.layout;
        let native = config.placement == HintPlacement::Native;
        let hints = task.program.text.program.hints().len();
        // A client that attaches itself may have something to prepare also where there are no hints.
        let idle = hints == 0 && !(attached && task.run.has_session());
        if idle || native {
            shared.engine_ready.send_replace(true);
        } else if attached {
            // For the hints that the client leaves.
            let worker = task.worker.asleep();
            task.run.sleep(worker);
        } else {
            task.start_worker().await?;
        }
        let text = format!("created with `{hints}` hints, layout `{layout}`");
        tracing::info!("{text}");
        shared.log(LogLevel::Info, text);
        let progress = state::progress(&task.run);
        let pid = task.run.worker_process_id();
        let ended = shared.has_ended();
        shared.publish(|vm| {
            progress(vm);
            vm.worker_process_id = pid.unwrap_or_default();
            if !ended {
                vm.set_state(VmState::Created);
            }
        });
        Ok(task)
    }
}

/// What the client is told of a run that does not start.
fn refused(program: &CompiledProgram, error: StartError) -> Status {
    match error {
        StartError::Program(_) | StartError::MissingMain(_) | StartError::Vm(_) => {
            Problem::new(Reason::ProgramUnfit, error)
                .field("program_hash")
                .into()
        }
        StartError::Entry(error) => {
            let (field, reason) = match &error {
                EntryError::Arguments(_) => ("entry_point.arguments", Reason::BadArguments),
                EntryError::Call(_) => ("entry_point", Reason::BadEntryPoint),
            };
            invalid(field, reason, error)
        }
        StartError::Placement(NotPlaced(hints)) => {
            let first = hints.first();
            let pc = first.and_then(|(id, _)| Some(program.hints().get(*id)?.pc));
            let reason = first.map_or("", |(_, placement)| placement.reason.as_str());
            let pc = pc.unwrap_or_default();
            let text = format!("the hint at pc `{pc}` cannot run in Rust: {reason}");
            let problem = Problem::new(Reason::HintNotNative, text);
            problem
                .precondition("HINT_PLACEMENT", "hint_placement")
                .into()
        }
        // The server makes workers itself, and later.
        StartError::Launch(_) | StartError::Hints(_) => internal(error),
    }
}

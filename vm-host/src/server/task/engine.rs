//! The engine of a VM's hints: a worker that the zygote forks, or a client that attaches itself.

use std::sync::Arc;
use std::time::Instant;

use hint_proto::v1::{FailureKind, LogLevel};
use tonic::Status;

use super::super::error::{Problem, Reason};
use super::output::HintOutputs;
use super::{PROGRAM_BASE, VmTask};
use crate::hint::builtins::describe_builtins;
use crate::hint::engine::{AttachedEngine, Engine};
use crate::hint::session::SessionInputs;
use crate::hint::{HintError, HintSession};
use crate::vm::Failure;
use crate::worker::{Link, Spawner};

impl VmTask {
    /// Starts a worker and loads the hints.
    pub(super) async fn start_worker(
        &mut self,
        spawner: &Spawner,
        inputs: SessionInputs,
    ) -> Result<(), Status> {
        let unavailable =
            |error: &dyn std::fmt::Display| Problem::new(Reason::WorkerNotStarted, error);
        let (outputs, theirs) =
            HintOutputs::open(&self.shared).map_err(|error| unavailable(&error))?;
        let started = Instant::now();
        let (mut process, socket) = spawner
            .spawn(Some(theirs))
            .await
            .map_err(|error| unavailable(&error))?;
        self.outputs = Some(outputs);
        let link = match Link::open(socket).await {
            Ok(link) => link,
            Err(error) => {
                process.kill();
                return Err(unavailable(&error).into());
            }
        };
        let text = format!(
            "started the hint worker, process `{}`, in {:.0?}",
            process.id(),
            started.elapsed()
        );
        self.shared.log(LogLevel::Info, text);
        self.open_session(Engine::Worker { link, process }, inputs)
            .await;
        Ok(())
    }

    /// Takes a client as the engine.
    pub(in super::super) async fn attach(&mut self, engine: AttachedEngine) -> Result<(), Status> {
        if let Some(inputs) = self.waiting.take() {
            let text = "a client serves the hints".to_owned();
            self.shared.log(LogLevel::Info, text);
            self.open_session(Engine::Attached(engine), inputs).await;
        }
        Ok(())
    }

    /// Opens the session; what the hints or their inputs raise fails the VM.
    async fn open_session(&mut self, engine: Engine, inputs: SessionInputs) {
        let builtins = describe_builtins(&self.machine.runner);
        let main = (
            Arc::clone(&self.program.program),
            PROGRAM_BASE,
            Arc::clone(&self.program.json),
        );
        let vm = &mut self.machine.runner.vm;
        match HintSession::start(engine, inputs, builtins, main, vm).await {
            Ok(mut session) => {
                session.share_thread(self.turn.clone());
                self.machine.session = Some(session);
            }
            Err(HintError::Raised(failed)) if failed.kind == i32::from(FailureKind::Compile) => {
                let hint = self.program.program.hints().get(failed.hint_id as usize);
                let place = hint.map(|hint| (hint.pc, hint.index)).unwrap_or_default();
                let mut pc = PROGRAM_BASE;
                pc.offset += place.0;
                self.fail(Failure::of_compilation(&self.context, pc, place.1, failed));
            }
            Err(error) => self.fail(Failure::of_hint(error, "the start of the session")),
        }
        self.shared.engine_ready.send_replace(true);
    }
}

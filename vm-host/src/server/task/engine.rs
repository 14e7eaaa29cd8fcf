//! The engines of a VM's hints: a worker that the zygote forks, and a client that attaches itself.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use hint_proto::v1::{LogLevel, OutputStream};
use tokio::sync::mpsc;
use tonic::Status;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::super::error::{Problem, Reason, wrong_state};
use super::super::shared::Shared;
use super::VmTask;
use super::output::{self, HintOutputs};
use super::records::WorkerRecords;
use crate::run::{AttachedClient, Failure, FailureReason, Peer, Prints};
use crate::spans;
use crate::worker::{
    LaunchError, Link, Sleeper, SpawnError, Spawner, Start, Wanted, WorkerOutput, WorkerProcess,
};

/// What a VM's worker is made with, and what it prints. Clones are the same.
#[derive(Clone)]
pub(super) struct WorkerOf {
    spawner: Spawner,
    shared: Arc<Shared>,
    outputs: Rc<RefCell<Option<HintOutputs>>>,
    records: Rc<RefCell<Option<Rc<WorkerRecords>>>>,
}

impl WorkerOf {
    pub(super) fn new(spawner: &Spawner, shared: &Arc<Shared>) -> Self {
        Self {
            spawner: spawner.clone(),
            shared: Arc::clone(shared),
            outputs: Rc::default(),
            records: Rc::default(),
        }
    }

    /// Forks a worker from the zygote and opens the stream of its session.
    async fn start(&self) -> Result<(Link, WorkerProcess), LaunchError> {
        let began = Instant::now();
        let span = tracing::info_span!(
            target: spans::TARGET,
            "start worker",
            process.pid = Empty,
            otel.status_code = Empty,
        );
        let started = self.fork().instrument(span.clone()).await;
        match &started {
            Ok((_, process)) => span.record("process.pid", process.id()),
            Err(_) => span.record("otel.status_code", "error"),
        };
        match &started {
            Ok(_) => {
                let ready = Some(began.elapsed());
                self.spawner.census().started(Start::Zygote, ready);
            }
            // Forks that fail count where they do.
            Err(LaunchError::Link(_)) => self.spawner.census().started(Start::Zygote, None),
            Err(_) => {}
        }
        started
    }

    async fn fork(&self) -> Result<(Link, WorkerProcess), LaunchError> {
        let (outputs, (stdout, stderr)) =
            HintOutputs::open(&self.shared).map_err(SpawnError::Socket)?;
        let (records, log) = WorkerRecords::open(&self.shared).map_err(SpawnError::Socket)?;
        let theirs = WorkerOutput {
            stdout,
            stderr,
            log,
        };
        let started = Instant::now();
        let (mut process, socket) = self.spawner.spawn(Some(theirs)).await?;
        self.outputs.replace(Some(outputs));
        self.records.replace(Some(Rc::new(records)));
        let (link, group) = tokio::join!(Link::open(socket), self.spawner.group(&process));
        process.grouped(group);
        let link = match link {
            Ok(link) => link,
            Err(error) => {
                process.kill();
                return Err(LaunchError::Link(error));
            }
        };
        let text = format!(
            "started the hint worker, process `{}`, in {:.0?}",
            process.id(),
            started.elapsed()
        );
        self.shared.log(LogLevel::Info, text);
        let id = process.id();
        self.shared.publish(|vm| vm.worker_process_id = id);
        Ok((link, process))
    }

    /// A worker that starts when the first hint needs it.
    pub(super) fn asleep(&self) -> Sleeper {
        let (requests, mut wanted) = mpsc::channel::<Wanted>(1);
        let worker = self.clone();
        tokio::task::spawn_local(async move {
            while let Some(Wanted { reply, span }) = wanted.recv().await {
                // The VM may have ended meanwhile.
                let _ = reply.send(worker.start().instrument(span).await);
            }
        });
        Sleeper::Asked(requests)
    }

    /// Tells watchers what the worker has printed and logged so far.
    pub(super) async fn flush(&self) {
        let records = self.records.borrow().clone();
        if let Some(records) = records {
            records.flush().await;
        }
        if let Some(outputs) = &*self.outputs.borrow() {
            outputs.flush();
        }
    }
}

/// What hints in the host print comes behind what the worker printed before, and goes the same way.
impl Prints for WorkerOf {
    fn has_room(&self, _: usize) -> bool {
        true
    }

    fn print(&self, text: &str) -> io::Result<()> {
        if let Some(outputs) = &*self.outputs.borrow() {
            outputs.flush();
        }
        output::tell(&self.shared, OutputStream::Stdout, text.as_bytes());
        Ok(())
    }
}

impl fmt::Debug for WorkerOf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WorkerOf").finish_non_exhaustive()
    }
}

impl VmTask {
    /// Starts a worker and loads the hints; what they or their inputs raise fails the VM.
    pub(super) async fn start_worker(&mut self) -> Result<(), Status> {
        let started = self.worker.start().await;
        let (link, process) =
            started.map_err(|error| Problem::new(Reason::WorkerNotStarted, error))?;
        if let Err(failure) = self.run.open(Peer::Worker { link, process }).await {
            self.fail(failure);
        }
        self.shared.engine_ready.send_replace(true);
        Ok(())
    }

    /// Takes a client as the engine. What the hints or their inputs raise fails the VM; when the client itself
    /// fails, another may take its place.
    pub(in super::super) async fn attach(&mut self, client: AttachedClient) -> Result<(), Status> {
        let name = self.shared.name.clone();
        if self.run.client_has_prepared() {
            let text = format!(
                "the client that served the hints of VM `{name}` left after it had changed the VM"
            );
            return Err(wrong_state(&name, Reason::HintEngineGone, text));
        }
        if let Err(failure) = self.run.open(Peer::Attached(client)).await {
            return Err(self.not_attached(failure));
        }
        let text = "a client serves the hints".to_owned();
        self.shared.log(LogLevel::Info, text);
        Ok(())
    }

    /// The answer to a client that did not become the engine.
    fn not_attached(&mut self, failure: Failure) -> Status {
        let reason = match failure.reason {
            FailureReason::EngineDetached => Reason::ConnectionClosed,
            FailureReason::HintTimeout => Reason::EngineLate,
            FailureReason::Protocol | FailureReason::DiffRefused => Reason::EngineProtocol,
            FailureReason::WorkerDied => Reason::WorkerNotStarted,
            _ => Reason::HintsNotLoaded,
        };
        let problem = Problem::new(reason, failure.text());
        let problem = problem
            .with("failure", failure.reason.as_str())
            .vm(&self.shared.name);
        match reason {
            Reason::HintsNotLoaded | Reason::WorkerNotStarted => {
                self.fail(failure);
                // Nobody need wait for another engine of a VM that has ended.
                self.shared.engine_ready.send_replace(true);
            }
            _ => {
                let text = format!("a client did not become the engine: {}", failure.text());
                self.shared.log(LogLevel::Warning, text);
            }
        }
        problem.into()
    }
}

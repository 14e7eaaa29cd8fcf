//! Starting a worker of one's own, and why it may not start.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::binary::SpawnError;
use super::death::Death;
use super::environment::PythonEnvironment;
use super::link::{Link, LinkError};
use super::locate::{WorkerChoice, WorkerNotFound, choose_worker};
use super::log_level::HintLogLevel;
use super::process::WorkerProcess;
use super::record_pipe::RecordPipe;
use super::sandbox::{Sandbox, SandboxError};
use super::terminal::SharedTerminal;

/// The exit code with which a worker refuses its environment; it has said why on stderr.
const ENVIRONMENT_REFUSED: i32 = 78;

/// A worker that may be started.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The worker's binary, if it is not beside the executable.
    pub binary: Option<PathBuf>,
    /// What hints import from.
    pub environment: PythonEnvironment,
    /// What the worker is confined to.
    pub sandbox: Sandbox,
    /// The terminal that the worker prints on, if this process has a line there.
    pub terminal: Option<Arc<SharedTerminal>>,
    /// From which level on what hints log is shown on stderr.
    pub log_level: HintLogLevel,
    /// Who gets the same as records, if anybody.
    pub records: Option<Arc<RecordPipe>>,
}

/// A worker that somebody else starts.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Who waits for it.
    pub(crate) reply: oneshot::Sender<Result<(Link, WorkerProcess), LaunchError>>,
    /// What it is started in.
    pub(crate) span: tracing::Span,
}

/// A worker that starts when it is needed, and who starts it.
#[derive(Debug)]
pub(crate) enum Sleeper {
    /// The run itself.
    Own(Launch),
    /// Whoever gets these.
    Asked(mpsc::Sender<Wanted>),
}

impl Sleeper {
    /// Starts the worker and opens the stream of its session.
    ///
    /// # Errors
    /// [`LaunchError`] when it does not start.
    pub(crate) async fn start(&self) -> Result<(Link, WorkerProcess), LaunchError> {
        match self {
            Self::Own(launch) => launch.start().await,
            Self::Asked(requests) => {
                let gone = || LaunchError::Link(LinkError::Closed);
                let (reply, started) = oneshot::channel();
                let span = tracing::Span::current();
                let wanted = Wanted { reply, span };
                requests.send(wanted).await.map_err(|_| gone())?;
                started.await.map_err(|_| gone())?
            }
        }
    }
}

/// Why a worker did not start.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// There is no binary.
    #[error(transparent)]
    NotFound(#[from] WorkerNotFound),
    /// There is no process.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// It refused its Python environment, and has said so on stderr.
    #[error("the hint worker did not start: it refused its Python environment")]
    Refused,
    /// It ended before its session began.
    #[error("the hint worker did not start: {0}")]
    Died(Death),
    /// It does not talk.
    #[error(transparent)]
    Link(LinkError),
    /// It is not confined as it must be.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl LaunchError {
    /// Of a worker that ended before its session began.
    pub(super) fn of(death: Death) -> Self {
        match death {
            Death::Exit(ENVIRONMENT_REFUSED) => Self::Refused,
            death => Self::Died(death),
        }
    }
}

impl Launch {
    /// Starts the worker and opens the stream of its session. It ends when the calling thread ends. Says on
    /// stderr when hints go without the active environment.
    ///
    /// # Errors
    /// [`LaunchError`] when it does not start.
    pub async fn start(&self) -> Result<(Link, WorkerProcess), LaunchError> {
        let WorkerChoice {
            mut worker,
            warning,
        } = choose_worker(self.binary.as_deref(), &self.environment)?;
        worker.sandbox = self.sandbox.clone();
        if let Some(warning) = warning {
            notice!("warning: {warning}");
        }
        let (mut process, socket) = WorkerProcess::spawn_on(
            &worker,
            self.log_level,
            self.terminal.as_deref(),
            self.records.as_deref(),
        )?;
        match Link::open(socket).await {
            Ok(link) => Ok((link, process)),
            Err(LinkError::Closed) => Err(LaunchError::of(process.death().await)),
            Err(error) => Err(LaunchError::Link(error)),
        }
    }
}

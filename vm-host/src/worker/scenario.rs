//! Starting a worker for a scenario of contracts, which needs no session, and waiting for its end. Must not know
//! what a scenario says.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::binary::{SpawnError, command, end_child};
use super::death::{Death, death_of};
use super::locate::{WorkerNotFound, choose_worker};
use super::{PythonEnvironment, orphans};

/// A scenario at work. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct ScenarioProcess(Child);

/// Why a scenario did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScenarioStart {
    /// There is no worker.
    #[error(transparent)]
    NotFound(#[from] WorkerNotFound),
    /// It does not start.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
}

/// How a scenario is run.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScenarioOptions {
    /// The sources of contracts that are not beside the scenario: name and file.
    pub(crate) sources: Vec<String>,
    /// Whether all that transactions do is printed.
    pub(crate) trace: bool,
}

impl ScenarioProcess {
    /// Starts a worker that runs the scenario; its report goes to our own stdout. It ends with the calling thread.
    ///
    /// # Errors
    /// [`ScenarioStart`] when there is no worker or it does not start.
    pub(crate) fn start(
        binary: Option<&Path>,
        file: &Path,
        options: &ScenarioOptions,
    ) -> Result<Self, ScenarioStart> {
        let worker = choose_worker(binary, &PythonEnvironment::default())?.worker;
        let mut command = command(&worker);
        command
            .arg("contract")
            .arg("--parent-pid")
            .arg(std::process::id().to_string());
        for source in &options.sources {
            command.arg("--source").arg(source);
        }
        if options.trace {
            command.arg("--trace");
        }
        let starting = orphans::starting();
        let child = command.arg("--").arg(file).stdin(Stdio::null()).spawn();
        let child = child.map_err(|source| SpawnError::Start {
            binary: worker.binary.clone(),
            source,
        })?;
        starting.started(child.id());
        Ok(Self(child))
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Death {
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return death_of(status),
                Ok(None) => tokio::time::sleep(Duration::from_millis(2)).await,
                Err(_) => return Death::Disconnected,
            }
        }
    }
}

impl Drop for ScenarioProcess {
    fn drop(&mut self) {
        end_child(&mut self.0);
        orphans::end_all();
    }
}

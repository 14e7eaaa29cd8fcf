//! The engine of a VM's hints: a worker that the zygote forks, or a client that attaches itself.

use std::time::Instant;

use hint_proto::v1::LogLevel;
use tonic::Status;

use super::super::error::{Problem, Reason};
use super::VmTask;
use super::output::HintOutputs;
use crate::run::{AttachedClient, Peer};
use crate::worker::{Link, Spawner};

impl VmTask {
    /// Starts a worker and loads the hints.
    pub(super) async fn start_worker(&mut self, spawner: &Spawner) -> Result<(), Status> {
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
        self.open_session(Peer::Worker { link, process }).await;
        Ok(())
    }

    /// Takes a client as the engine.
    pub(in super::super) async fn attach(&mut self, client: AttachedClient) -> Result<(), Status> {
        let text = "a client serves the hints".to_owned();
        self.shared.log(LogLevel::Info, text);
        self.open_session(Peer::Attached(client)).await;
        Ok(())
    }

    /// Opens the session; what the hints or their inputs raise fails the VM.
    async fn open_session(&mut self, peer: Peer) {
        if let Err(failure) = self.run.open(peer).await {
            self.fail(failure);
        }
        self.shared.engine_ready.send_replace(true);
    }
}

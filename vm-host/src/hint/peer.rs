//! The peer of a session, who runs its hints: a worker process of ours, or a client that attached itself. Both
//! speak the same messages; they differ in how they end.

use std::sync::{Arc, OnceLock};

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{HintRecords, Posture, SessionRequest, SessionResponse};
use hint_proto::waiting::Forecast;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::Status;

use super::log::{RecordSink, checked};
use crate::worker::{
    Death, Link, LinkError, SandboxError, Traffic, Turn, WorkerEnd, WorkerProcess,
};

/// The other side of a session.
#[allow(clippy::large_enum_variant, reason = "there is one for each VM")]
#[derive(Debug)]
pub enum Peer {
    /// A worker process.
    Worker {
        /// Its stream.
        link: Link,
        /// Its process.
        process: WorkerProcess,
    },
    /// A client.
    Attached(AttachedClient),
}

/// Why the host ended the session with a client.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It did not answer in time.
    Late(String),
    /// It broke the rules of the session, or did to the VM what is not allowed.
    Refused(String),
}

/// The stream of a client that serves the hints of its own VM.
#[derive(Debug)]
pub struct AttachedClient {
    /// Why the session ended, once it did.
    pub ending: Arc<OnceLock<Ending>>,
    /// To the client. Closing it ends the stream.
    pub requests: Option<mpsc::Sender<SessionRequest>>,
    /// From the client; ends when the client detaches, perhaps after an error that is its fault.
    pub responses: mpsc::Receiver<Result<SessionResponse, Status>>,
    /// Who gets what its hints log.
    pub(crate) records: Arc<dyn RecordSink>,
}

impl Peer {
    /// Sends a request and waits, from `start`, which is now, until `deadline`, for what the peer says next. Others
    /// have the `turn` while that takes long, by the `forecast` for waits of this kind.
    ///
    /// # Errors
    /// [`LinkError`] when the peer is gone, sends what is no message or is late.
    pub async fn exchange(
        &mut self,
        request: Request,
        (start, deadline): (Instant, Option<Instant>),
        turn: &Turn,
        forecast: Forecast,
    ) -> Result<Response, LinkError> {
        match self {
            Self::Worker { link, process } => {
                let exchange = link.exchange(request, (start, deadline), turn, forecast, process);
                exchange.await
            }
            Self::Attached(client) => turn.lend(client.exchange(request, deadline)).await,
        }
    }

    /// Sends a request that is followed by another, when the peer has room for it.
    ///
    /// # Errors
    /// [`LinkError`] when the peer is gone or does not read.
    pub async fn send_part(&mut self, request: Request) -> Result<(), LinkError> {
        match self {
            Self::Worker { link, .. } => link.send_part(request).await,
            Self::Attached(client) => client.send(request).await,
        }
    }

    /// Ends the peer's part: kills the process, or closes the stream, which says why.
    pub fn end(&mut self, why: Ending) {
        match self {
            Self::Worker { process, .. } => {
                process.blame(match why {
                    Ending::Late(_) => WorkerEnd::Timeout,
                    Ending::Refused(_) => WorkerEnd::Refused,
                });
                process.kill();
            }
            Self::Attached(client) => {
                // The first reason is the one that counts.
                let _ = client.ending.set(why);
                client.requests = None;
            }
        }
    }

    /// Takes what the peer says of what keeps its hints in. Where a client runs its own hints is its own affair.
    ///
    /// # Errors
    /// [`SandboxError`] when it must not get a hint.
    pub(super) fn accept(&self, posture: Option<Posture>) -> Result<(), SandboxError> {
        match self {
            Self::Worker { process, .. } => process.accept(posture),
            Self::Attached(_) => Ok(()),
        }
    }

    /// Whether somebody can talk with a debugger in its hints.
    pub(super) fn has_terminal(&self) -> bool {
        match self {
            Self::Worker { process, .. } => process.has_terminal(),
            Self::Attached(_) => true,
        }
    }

    /// Whether it is a client.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        matches!(self, Self::Attached(_))
    }

    /// How a peer ended whose connection is closed.
    pub async fn death(&mut self) -> Death {
        match self {
            Self::Worker { process, .. } => process.death().await,
            Self::Attached(_) => Death::Detached,
        }
    }

    /// The process id of a worker.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        match self {
            Self::Worker { process, .. } => Some(process.id()),
            Self::Attached(_) => None,
        }
    }

    /// Bytes to and from the peer; those of an attached one are not counted.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        match self {
            Self::Worker { link, .. } => link.traffic(),
            Self::Attached(_) => Traffic::default(),
        }
    }
}

impl AttachedClient {
    async fn exchange(
        &mut self,
        request: Request,
        deadline: Option<Instant>,
    ) -> Result<Response, LinkError> {
        self.send(request).await?;
        match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, self.response())
                .await
                .map_err(|_| LinkError::Deadline)?,
            None => self.response().await,
        }
    }

    /// The next response, with what was logged before it handed on.
    async fn response(&mut self) -> Result<Response, LinkError> {
        loop {
            match self.responses.recv().await {
                Some(Ok(SessionResponse {
                    message: Some(Response::Logged(mut logged)),
                })) => {
                    let records = logged.records.drain(..).map(checked).collect();
                    self.records.take(HintRecords { records }).await;
                }
                Some(Ok(SessionResponse {
                    message: Some(response),
                })) => return Ok(response),
                Some(Ok(SessionResponse { message: None })) => {
                    return Err(LinkError::Stream(Box::new(Status::internal(
                        "an empty response",
                    ))));
                }
                Some(Err(status)) => return Err(LinkError::Stream(Box::new(status))),
                None => return Err(LinkError::Closed),
            }
        }
    }

    async fn send(&mut self, request: Request) -> Result<(), LinkError> {
        let requests = self.requests.as_ref().ok_or(LinkError::Closed)?;
        let message = SessionRequest {
            message: Some(request),
        };
        tokio::time::timeout(crate::worker::START_TIMEOUT, requests.send(message))
            .await
            .map_err(|_| LinkError::Deadline)?
            .map_err(|_| LinkError::Closed)
    }
}

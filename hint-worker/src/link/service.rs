//! Owns the gRPC face of the worker: hands the one stream to the thread that waits for it, and refuses a
//! second one. Must not know what is said on it.

use std::pin::Pin;

use hint_proto::v1::hint_session_service_server::HintSessionService;
use hint_proto::v1::{SessionRequest, SessionResponse};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

/// Sends responses into the stream.
pub(super) type Responses = mpsc::Sender<Result<SessionResponse, Status>>;

/// Responses in flight. Host and worker alternate, so one is enough; the second absorbs the last word.
const RESPONSES: usize = 2;

#[derive(Debug)]
pub(super) struct Service {
    pub(super) sessions: mpsc::Sender<(Streaming<SessionRequest>, Responses)>,
}

#[tonic::async_trait]
impl HintSessionService for Service {
    type SessionStream = Pin<Box<dyn Stream<Item = Result<SessionResponse, Status>> + Send>>;

    async fn session(
        &self,
        request: Request<Streaming<SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let (responses, outgoing) = mpsc::channel(RESPONSES);
        self.sessions
            .try_send((request.into_inner(), responses))
            .map_err(|_| Status::failed_precondition("this worker already serves a session"))?;
        Ok(Response::new(Box::pin(ReceiverStream::new(outgoing))))
    }
}

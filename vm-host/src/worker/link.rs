//! The connection to a worker: a gRPC client on one end of a socket pair, with one bidirectional
//! stream, driven by the thread that steps the VM.

use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::time::Duration;

use hint_proto::v1::hint_session_service_client::HintSessionServiceClient;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{SessionRequest, SessionResponse};
use hint_proto::waiting::{Forecast, Polling};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::counting::{Counting, Traffic};
use super::process::WorkerProcess;
use super::turn::Turn;

/// Flow-control window of the link: a snapshot or diff of this size needs no extra round trip.
const WINDOW_BYTES: u32 = 16 << 20;
/// Largest message from a worker: the diff of 8 million cells.
const MAX_RESPONSE_BYTES: usize = 256 << 20;
/// Largest message to a worker.
const MAX_REQUEST_BYTES: usize = 1 << 30;
/// Host and worker alternate, so one request is in flight; the second absorbs the last word.
const REQUESTS: usize = 2;
/// How long a VM keeps its turn while it sleeps: the first hint after a change of turns is slow, because nothing
/// of its worker is in the caches.
const PATIENCE: Duration = Duration::from_millis(1);
/// How long what a worker said before it ended may be under way.
const LAST_WORD: Duration = Duration::from_millis(20);
/// How long a worker may take to start.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The link broke.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The worker closed its end.
    #[error("the hint worker closed its connection")]
    Closed,
    /// The worker sent something that is no message.
    #[error("the hint worker broke the protocol: `{}`", .0.message())]
    Stream(Box<Status>),
    /// The worker did not open the session in time.
    #[error("the hint worker did not start within `{}` seconds", START_TIMEOUT.as_secs())]
    StartTimeout,
    /// The worker did not answer in time.
    #[error("the hint worker did not answer in time")]
    Deadline,
    /// The socket cannot be used.
    #[error("cannot use the socket of the hint worker: `{0}`")]
    Socket(#[from] std::io::Error),
}

/// The stream to one worker.
#[derive(Debug)]
pub struct Link {
    requests: mpsc::Sender<SessionRequest>,
    responses: Streaming<SessionResponse>,
    polling: Polling,
    traffic: Traffic,
}

impl Link {
    /// Opens the session's stream over `socket`.
    ///
    /// # Errors
    /// [`LinkError`] when the worker does not answer in time or closes first.
    pub async fn open(socket: UnixStream) -> Result<Self, LinkError> {
        socket.set_nonblocking(true)?;
        let traffic = Traffic::default();
        let stream = tokio::net::UnixStream::from_std(socket)?;
        let mut connection = Some(TokioIo::new(Counting::new(stream, traffic.clone())));
        // The one connection is handed out once; the channel's own attempts to reconnect fail.
        let connector = tower::service_fn(move |_| {
            let connection = connection.take();
            async move { connection.ok_or_else(|| std::io::Error::other("the worker is gone")) }
        });
        // The authority must be a host name, whatever the socket is.
        let endpoint = tonic::transport::Endpoint::from_static("http://localhost")
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES);
        let (requests, outgoing) = mpsc::channel(REQUESTS);
        let open = async {
            let channel = endpoint
                .connect_with_connector(connector)
                .await
                .map_err(|_| LinkError::Closed)?;
            HintSessionServiceClient::new(channel)
                .max_decoding_message_size(MAX_RESPONSE_BYTES)
                .max_encoding_message_size(MAX_REQUEST_BYTES)
                .session(ReceiverStream::new(outgoing))
                .await
                .map_err(broken)
        };
        let responses = tokio::time::timeout(START_TIMEOUT, open)
            .await
            .map_err(|_| LinkError::StartTimeout)??
            .into_inner();
        Ok(Self {
            requests,
            responses,
            polling: Polling::default(),
            traffic,
        })
    }

    /// Sends a request and waits, from `start`, which is now, until `deadline`, for what the worker says next, or for
    /// the end of its `process`. A wait that is long by its `forecast` gives the `turn` away meanwhile.
    ///
    /// # Errors
    /// [`LinkError`] when the worker is gone, sends what is no message or is late.
    pub async fn exchange(
        &mut self,
        request: Request,
        (start, deadline): (Instant, Option<Instant>),
        turn: &Turn,
        forecast: Forecast,
        process: &WorkerProcess,
    ) -> Result<Response, LinkError> {
        self.send(request)?;
        let response = self.wait(start, deadline, turn, forecast, process).await;
        match response.ok_or(LinkError::Deadline)? {
            Ok(Some(SessionResponse {
                message: Some(response),
            })) => Ok(response),
            Ok(Some(SessionResponse { message: None })) => Err(LinkError::Stream(Box::new(
                Status::internal("an empty response"),
            ))),
            Ok(None) => Err(LinkError::Closed),
            Err(status) => Err(broken(status)),
        }
    }

    /// Waits for a response: polling while that pays and the turn is this VM's, then asleep.
    async fn wait(
        &mut self,
        start: Instant,
        deadline: Option<Instant>,
        turn: &Turn,
        forecast: Forecast,
        process: &WorkerProcess,
    ) -> Option<Result<Option<SessionResponse>, Status>> {
        let mut response = pin!(self.responses.message());
        if turn.is_mine()
            && !turn.shares_core()
            && let Some(response) = self
                .polling
                .poll(response.as_mut(), start.into_std(), forecast)
                .await
        {
            return Some(response);
        }
        if turn.is_held() && forecast.typical() <= PATIENCE {
            let soon = Instant::now() + PATIENCE;
            let soon = deadline.map_or(soon, |deadline| deadline.min(soon));
            if let Ok(response) = tokio::time::timeout_at(soon, response.as_mut()).await {
                return Some(response);
            }
        }
        // Others may hold the socket of a worker that is gone, so that it stays open.
        let response = async {
            tokio::select! {
                biased;
                response = response.as_mut() => return response,
                () = process.gone() => {}
            }
            let last_word = tokio::time::timeout(LAST_WORD, response).await;
            last_word.unwrap_or(Ok(None))
        };
        turn.lend(async {
            match deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, response).await.ok(),
                None => Some(response.await),
            }
        })
        .await
    }

    /// Sends a request that is followed by another, when the worker has room for it.
    ///
    /// # Errors
    /// [`LinkError`] when the worker is gone or does not read.
    pub async fn send_part(&mut self, request: Request) -> Result<(), LinkError> {
        let message = SessionRequest {
            message: Some(request),
        };
        tokio::time::timeout(START_TIMEOUT, self.requests.send(message))
            .await
            .map_err(|_| LinkError::Deadline)?
            .map_err(|_| LinkError::Closed)
    }

    fn send(&mut self, request: Request) -> Result<(), LinkError> {
        self.requests
            .try_send(SessionRequest {
                message: Some(request),
            })
            .map_err(|_| LinkError::Closed)
    }

    /// The link's byte counters.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }
}

/// A broken stream means a dead worker, unless the worker broke the rules of HTTP/2 or gRPC.
fn broken(status: Status) -> LinkError {
    match status.code() {
        tonic::Code::OutOfRange | tonic::Code::ResourceExhausted | tonic::Code::Internal => {
            LinkError::Stream(Box::new(status))
        }
        _ => LinkError::Closed,
    }
}

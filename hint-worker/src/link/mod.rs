//! Owns the connection to the host: a gRPC server on one inherited socket, driven by the very thread that
//! runs the hints, so that no message changes threads. Must not know what a request means, nor what
//! answers it.

mod service;
mod shared;

pub use shared::{AskError, SharedLink};

use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::time::{Duration, Instant};

use hint_proto::v1::hint_session_service_server::HintSessionServiceServer;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{SessionRequest, SessionResponse};
use hint_proto::waiting::{Forecast, Polling};
use rustix::thread::sched_getaffinity;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use service::{Responses, Service};

/// Flow-control window of the link: a snapshot or diff of this size needs no extra round trip.
const WINDOW_BYTES: u32 = 16 << 20;
/// Largest HTTP/2 frame.
const FRAME_BYTES: u32 = 1 << 20;
/// Largest message in either direction.
const MESSAGE_BYTES: usize = 1 << 30;

/// How often the connection gets the thread to write the end of the stream.
const END_POLLS: usize = 64;

/// How often to look whether the host keeps this process on one core: a look is a system call.
const LOOK: Duration = Duration::from_millis(1);

/// The stream to the host broke.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The socket cannot be used.
    #[error("cannot use the socket to the host: `{0}`")]
    Socket(#[from] std::io::Error),
    /// The host went away in the middle of an exchange.
    #[error("the host closed the session")]
    Closed,
    /// The stream failed.
    #[error("the session failed: `{}`", .0.message())]
    Stream(#[from] Box<Status>),
}

/// The session's stream.
#[derive(Debug)]
pub struct Link {
    runtime: Runtime,
    incoming: Streaming<SessionRequest>,
    responses: Responses,
    polling: Polling,
    affinity: Affinity,
}

/// Whether the host keeps this process on one core, where polling would only stand in its way.
#[derive(Debug, Default)]
struct Affinity {
    next_look: Option<Instant>,
    shares_core: bool,
}

impl Affinity {
    fn shares_core(&mut self, now: Instant) -> bool {
        if self.next_look.is_none_or(|next| now >= next) {
            self.next_look = Some(now + LOOK);
            self.shares_core = sched_getaffinity(None).is_ok_and(|cores| cores.count() == 1);
        }
        self.shares_core
    }
}

impl Link {
    /// Serves `socket` and waits for the host to open the session.
    ///
    /// # Errors
    /// [`LinkError`] when the socket cannot be used or closes first.
    pub fn accept(socket: UnixStream) -> Result<Self, LinkError> {
        socket.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let (sessions, mut opened) = mpsc::channel(1);
        let session = runtime.block_on(async {
            let connection = tokio::net::UnixStream::from_std(socket)?;
            // The connection outlives the server, which has no other to wait for. When it ends, so does
            // the service, and with it the wait below for a session.
            let incoming = tokio_stream::once(Ok::<_, std::io::Error>(connection));
            let service = HintSessionServiceServer::new(Service { sessions })
                .max_decoding_message_size(MESSAGE_BYTES)
                .max_encoding_message_size(MESSAGE_BYTES);
            let server = tonic::transport::Server::builder()
                .initial_stream_window_size(WINDOW_BYTES)
                .initial_connection_window_size(WINDOW_BYTES)
                .max_frame_size(FRAME_BYTES)
                .max_concurrent_streams(1)
                .add_service(service);
            tokio::spawn(server.serve_with_incoming(incoming));
            Ok::<_, LinkError>(opened.recv().await)
        })?;
        let (incoming, responses) = session.ok_or(LinkError::Closed)?;
        Ok(Self {
            runtime,
            incoming,
            responses,
            polling: Polling::default(),
            affinity: Affinity::default(),
        })
    }

    /// The next request; `None` when the host closed the session.
    ///
    /// # Errors
    /// [`LinkError::Stream`] when the stream failed.
    pub fn receive(&mut self) -> Result<Option<Request>, LinkError> {
        let Self {
            runtime,
            incoming,
            polling,
            affinity,
            ..
        } = self;
        runtime.block_on(next(incoming, polling, affinity, &mut Forecast::default()))
    }

    /// Sends a response, and waits for the next request. In one go: what is sent while the runtime is not
    /// entered takes a system call more to wake it. The `forecast` is for what the host does meanwhile, and learns
    /// from it.
    ///
    /// # Errors
    /// [`LinkError`] when the host is gone or the stream failed.
    pub fn respond(
        &mut self,
        response: Response,
        forecast: &mut Forecast,
    ) -> Result<Option<Request>, LinkError> {
        let Self {
            runtime,
            incoming,
            responses,
            polling,
            affinity,
        } = self;
        runtime.block_on(async {
            responses
                .try_send(Ok(SessionResponse {
                    message: Some(response),
                }))
                .map_err(|_| LinkError::Closed)?;
            next(incoming, polling, affinity, forecast).await
        })
    }

    /// Ends the stream with a status that says why, and waits until the host has it.
    pub fn end(&mut self, status: Status) {
        let Self {
            runtime, responses, ..
        } = self;
        let (closed, _) = mpsc::channel(1);
        let responses = std::mem::replace(responses, closed);
        runtime.block_on(async {
            let _ = responses.send(Err(status)).await;
            // Once it is taken over, the connection's own task writes it.
            drop(responses);
            for _ in 0..END_POLLS {
                tokio::task::yield_now().await;
            }
        });
    }
}

async fn next(
    incoming: &mut Streaming<SessionRequest>,
    polling: &mut Polling,
    affinity: &mut Affinity,
    forecast: &mut Forecast,
) -> Result<Option<Request>, LinkError> {
    loop {
        let start = Instant::now();
        let polling = (!affinity.shares_core(start)).then_some(&mut *polling);
        let message = wait(incoming, polling, start, *forecast).await;
        forecast.learn(start.elapsed());
        match message {
            Ok(Some(SessionRequest {
                message: Some(request),
            })) => return Ok(Some(request)),
            Ok(Some(SessionRequest { message: None })) => {}
            Ok(None) => return Ok(None),
            // A host that has enough resets the stream, which is no failure of ours.
            Err(status) if status.code() == tonic::Code::Cancelled => return Ok(None),
            Err(status) => return Err(Box::new(status).into()),
        }
    }
}

/// Waits for a message: polling while that pays, then asleep.
async fn wait(
    incoming: &mut Streaming<SessionRequest>,
    polling: Option<&mut Polling>,
    start: Instant,
    forecast: Forecast,
) -> Result<Option<SessionRequest>, Status> {
    let mut message = pin!(incoming.message());
    if let Some(polling) = polling
        && let Some(message) = polling.poll(message.as_mut(), start, forecast).await
    {
        return message;
    }
    message.await
}

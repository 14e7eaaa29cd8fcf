//! A client that serves the hints of its own VM: its stream as the engine of a session, from the first message
//! to the status that says why it ended.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, Stream, StreamExt as _, future, stream};
use hint_proto::v1::attach_hints_request::Message;
use hint_proto::v1::{
    AttachHintsRequest, AttachHintsResponse, HintRecords, SessionRequest, VmState,
};
use prost::Message as _;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::error::{Problem, Reason};
use super::handle::VmHandle;
use crate::run::{AttachedClient, Ending, RecordSink};

/// Host and engine alternate, so one message is in flight each way.
const IN_FLIGHT: usize = 2;
/// How long the end of a stream may wait for the answer of the attaching.
const FAREWELL: Duration = Duration::from_secs(1);

/// One client while it is attached.
#[derive(Debug)]
struct Attachment {
    handle: Arc<VmHandle>,
    /// What became of the attaching.
    answer: watch::Sender<Option<Result<(), Status>>>,
    /// Whether the client says nothing more.
    left: watch::Sender<bool>,
    /// Why the host ended the session.
    ending: Arc<OnceLock<Ending>>,
}

/// Those who follow what the hints of a VM log.
#[derive(Debug)]
struct Followers(Arc<VmHandle>);

impl RecordSink for Followers {
    fn take(&self, records: HintRecords) -> BoxFuture<'_, ()> {
        let watchers = &self.0.shared.watchers;
        Box::pin(async move {
            watchers.room_for_records().await;
            let printed = &self.0.shared.printed;
            printed.fetch_add(records.encoded_len() as u64, Ordering::Relaxed);
            watchers.tell_records(records.records);
        })
    }
}

/// Attaches the client whose messages come in; what is sent to it.
pub(super) fn attach(
    handle: Arc<VmHandle>,
    incoming: Streaming<AttachHintsRequest>,
) -> impl Stream<Item = Result<AttachHintsResponse, Status>> {
    let (requests, outgoing) = mpsc::channel(IN_FLIGHT);
    let (forward, responses) = mpsc::channel(IN_FLIGHT);
    let attachment = Arc::new(Attachment {
        handle,
        answer: watch::Sender::new(None),
        left: watch::Sender::new(false),
        ending: Arc::default(),
    });
    let client = AttachedClient {
        ending: Arc::clone(&attachment.ending),
        requests: Some(requests),
        responses,
        records: Arc::new(Followers(Arc::clone(&attachment.handle))),
    };
    tokio::spawn(Arc::clone(&attachment).listen(incoming, forward));
    tokio::spawn(Arc::clone(&attachment).open(client));
    let mut left = attachment.left.subscribe();
    let mut answered = attachment.answer.subscribe();
    let over = async move {
        // The senders live in what waits behind this.
        tokio::select! {
            _ = left.wait_for(|left| *left) => {}
            _ = answered.wait_for(|answer| matches!(answer, Some(Err(_)))) => {}
        }
    };
    let said = ReceiverStream::new(outgoing)
        .map(answer)
        .take_until(Box::pin(over));
    let farewell = async move { attachment.farewell().await };
    let farewell = stream::once(farewell).filter_map(future::ready);
    said.map(Ok).chain(farewell.map(Err))
}

fn answer(request: SessionRequest) -> AttachHintsResponse {
    AttachHintsResponse {
        request: Some(request),
    }
}

impl Attachment {
    /// Opens the session.
    async fn open(self: Arc<Self>, client: AttachedClient) {
        let attached = self
            .handle
            .call(move |task| task.attach(client).boxed_local())
            .await;
        {
            let shared = &self.handle.shared;
            // Under the lock, so that a client that leaves meanwhile is not taken for one that is there.
            let _vm = shared.lock();
            if attached.is_ok() && !*self.left.borrow() {
                shared.engine_ready.send_replace(true);
            } else {
                self.handle.attaching.store(false, Ordering::Release);
            }
        }
        self.answer.send_replace(Some(attached));
    }

    /// Passes on what the client says, until it has nothing more to say.
    async fn listen(
        self: Arc<Self>,
        mut incoming: Streaming<AttachHintsRequest>,
        forward: mpsc::Sender<Result<hint_proto::v1::SessionResponse, Status>>,
    ) {
        loop {
            let message = tokio::select! {
                () = forward.closed() => return,
                message = incoming.message() => message,
            };
            let fault = match message {
                Ok(Some(AttachHintsRequest {
                    message: Some(Message::Response(response)),
                })) => {
                    if forward.send(Ok(response)).await.is_err() {
                        return;
                    }
                    continue;
                }
                Ok(Some(_)) => Some(Status::internal("a message that is no response")),
                Err(status) if is_fault(&status) => Some(status),
                Ok(None) | Err(_) => None,
            };
            if let Some(status) = fault {
                let text = format!("it sent what is no message: `{}`", status.message());
                let _ = self.ending.set(Ending::Refused(text));
                // The VM may have ended meanwhile, or not be running.
                let _ = forward.try_send(Err(status));
            }
            break;
        }
        let shared = &self.handle.shared;
        let vm = shared.lock();
        self.left.send_replace(true);
        if vm.state() == VmState::Created && self.answer.borrow().is_some() {
            // Before the first step another client can take its place.
            shared.engine_ready.send_replace(false);
            self.handle.attaching.store(false, Ordering::Release);
        }
    }

    /// Why the stream ends; nothing when all is well.
    async fn farewell(&self) -> Option<Status> {
        let mut answer = self.answer.subscribe();
        let answered = answer.wait_for(Option::is_some);
        if let Ok(Ok(answer)) = tokio::time::timeout(FAREWELL, answered).await
            && let Some(Err(status)) = &*answer
        {
            return Some(status.clone());
        }
        let name = &self.handle.shared.name;
        if let Some(ending) = self.ending.get() {
            let (reason, text) = match ending {
                Ending::Late(text) => (Reason::EngineLate, text),
                Ending::Refused(text) => (Reason::EngineProtocol, text),
            };
            return Some(Problem::new(reason, text).vm(name).into());
        }
        if *self.left.borrow() {
            return None;
        }
        let vm = self.handle.shared.vm();
        match vm.state() {
            VmState::Succeeded => None,
            VmState::Failed => {
                let failure = vm.failure.unwrap_or_default();
                let text = format!("VM `{name}` failed: {}", failure.message);
                let problem = Problem::new(Reason::VmFailed, text);
                Some(problem.with("failure", failure.reason).vm(name).into())
            }
            _ => {
                let text = format!("VM `{name}` was deleted");
                Some(Problem::new(Reason::VmDeleted, text).vm(name).into())
            }
        }
    }
}

/// Whether the client sent what cannot be read. Otherwise it went away.
fn is_fault(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::OutOfRange | Code::ResourceExhausted | Code::Internal
    )
}

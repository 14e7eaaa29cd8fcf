//! A client that serves the hints of its own VM: its stream as the engine of a session.

use hint_proto::v1::attach_hints_request::Message;
use hint_proto::v1::{AttachHintsRequest, SessionRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use crate::run::AttachedClient;

/// Host and engine alternate, so one message is in flight each way.
const IN_FLIGHT: usize = 2;

/// The engine behind a client's stream, and what is sent to the client.
pub(super) fn engine(
    mut incoming: Streaming<AttachHintsRequest>,
) -> (AttachedClient, ReceiverStream<SessionRequest>) {
    let (requests, outgoing) = mpsc::channel(IN_FLIGHT);
    let (forward, responses) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(async move {
        // Anything but a response ends the engine.
        loop {
            tokio::select! {
                () = forward.closed() => return,
                message = incoming.message() => match message {
                    Ok(Some(AttachHintsRequest { message: Some(Message::Response(response)) })) => {
                        if forward.send(Ok(response)).await.is_err() {
                            return;
                        }
                    }
                    Err(status) if is_fault(&status) => {
                        // The VM may have ended meanwhile.
                        let _ = forward.send(Err(status)).await;
                        return;
                    }
                    Ok(Some(_)) => {
                        let status = Status::internal("a message that is no response");
                        let _ = forward.send(Err(status)).await;
                        return;
                    }
                    Ok(None) | Err(_) => return,
                }
            }
        }
    });
    let engine = AttachedClient {
        requests: Some(requests),
        responses,
    };
    (engine, ReceiverStream::new(outgoing))
}

/// Whether the client sent what cannot be read. Otherwise it went away.
fn is_fault(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::OutOfRange | Code::ResourceExhausted | Code::Internal
    )
}

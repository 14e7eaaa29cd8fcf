//! Owns the loop of a session: one stream of requests, answered one at a time by an engine. Must not know
//! which engine that is, nor what a request holds.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Declined, Posture, Start, Started};
use hint_proto::waiting::Forecast;
use hint_proto::{PROTOCOL_VERSIONS, common_version};
use tonic::{Code, Status};

use crate::engines::{Broken, CallError, Engines, Runtimes, out_of_order};
use crate::link::{Link, LinkError, SharedLink};

/// Why a session ended before the host closed it.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The stream broke.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The host broke the rules of the session.
    #[error("{0}")]
    Refused(String),
    /// An engine failed.
    #[error("the hint engine failed: {0}")]
    Engine(Broken),
}

impl ServeError {
    /// The status with which the stream ends.
    fn status(&self) -> Status {
        let code = match self {
            Self::Link(_) | Self::Engine(_) => Code::Internal,
            Self::Refused(_) => Code::FailedPrecondition,
        };
        Status::new(code, self.to_string())
    }
}

/// Serves the one session of this process until the host closes it. `posture` is what keeps its hints in.
///
/// # Errors
/// [`ServeError`] when the stream breaks or the host breaks its rules; the host is told with the status of
/// the stream.
pub fn serve(
    socket: UnixStream,
    runtimes: &Runtimes<'_>,
    posture: Option<Posture>,
) -> Result<(), ServeError> {
    let link = SharedLink::new(Link::accept(socket)?);
    let served = converse(&link, runtimes, posture);
    if let Err(error) = &served {
        link.end(error.status());
    }
    served
}

fn converse(
    link: &SharedLink,
    runtimes: &Runtimes<'_>,
    mut posture: Option<Posture>,
) -> Result<(), ServeError> {
    let mut engines: Option<Engines<'_>> = None;
    // How long the host takes until it has the next request, by the hint that it heard of last.
    let mut forecasts: HashMap<Option<u32>, Forecast> = HashMap::new();
    let mut next = link.receive()?;
    while let Some(request) = next {
        let hint = match &request {
            Request::ExecuteHint(hint) => Some(hint.hint_id),
            _ => None,
        };
        let result = match (request, &mut engines) {
            (Request::Start(start), None) => {
                open(runtimes, start, link).map(|(opened, started)| {
                    engines = opened;
                    let posture = posture.take();
                    Response::Started(Started { posture, ..started })
                })
            }
            (request, Some(engines)) => engines.answer(request),
            (Request::Answer(_), None) => Err(out_of_order("answer")),
            (_, None) => Err(CallError::Refused(
                "the host sent a request before `start`".to_owned(),
            )),
        };
        let response = match result {
            Ok(response) => response,
            Err(CallError::Failed(failed)) => Response::Failed(*failed),
            Err(CallError::Declined(reason)) => Response::Declined(Declined { reason }),
            Err(CallError::Refused(what)) => return Err(ServeError::Refused(what)),
            Err(CallError::Broken(error)) => return Err(ServeError::Engine(error)),
        };
        next = link.respond(response, forecasts.entry(hint).or_default())?;
    }
    Ok(())
}

/// The engines, unless there is no common version, and what the host is told about them.
fn open<'a>(
    runtimes: &Runtimes<'a>,
    start: Start,
    link: &SharedLink,
) -> Result<(Option<Engines<'a>>, Started), CallError> {
    let host = (start.min_protocol_version, start.protocol_version);
    let about_us = |started| Started {
        protocol_version: *PROTOCOL_VERSIONS.end(),
        min_protocol_version: *PROTOCOL_VERSIONS.start(),
        process_id: std::process::id(),
        ..started
    };
    if common_version(host).is_none() {
        return Ok((None, about_us(Started::default())));
    }
    let (engines, started) = Engines::open(runtimes, start, link.clone())?;
    Ok((Some(engines), about_us(started)))
}

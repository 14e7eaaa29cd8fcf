//! Owns the loop of a session: one stream of requests, answered one at a time by an engine. Must not know
//! which engine that is, nor what a request holds.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;

use hint_proto::PROTOCOL_VERSION;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Start, Started};
use hint_proto::waiting::Forecast;

use crate::engines::{Broken, CallError, Engine, LanguageRuntime};
use crate::link::{Link, LinkError, SharedLink};

/// Why a session ended before the host closed it.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The stream broke.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The host sent something out of order.
    #[error("the host sent `{0}` where it may not")]
    OutOfOrder(&'static str),
    /// The host speaks another version.
    #[error("the host speaks version `{host}` of the session, this worker `{PROTOCOL_VERSION}`")]
    Version {
        /// The host's.
        host: u32,
    },
    /// The engine failed.
    #[error("the hint engine failed: {0}")]
    Engine(Broken),
}

/// Serves the one session of this process until the host closes it.
///
/// # Errors
/// [`ServeError`] when the stream breaks or the host breaks its rules.
pub fn serve(socket: UnixStream, runtime: &dyn LanguageRuntime) -> Result<(), ServeError> {
    let link = SharedLink::new(Link::accept(socket)?);
    let mut engine: Option<Box<dyn Engine>> = None;
    // How long the host takes until it has the next request, by the hint that it heard of last.
    let mut forecasts: HashMap<Option<u32>, Forecast> = HashMap::new();
    let mut next = link.receive()?;
    while let Some(request) = next {
        let hint = match &request {
            Request::ExecuteHint(hint) => Some(hint.hint_id),
            _ => None,
        };
        let result = match (request, &mut engine) {
            (Request::Start(start), None) => {
                if start.protocol_version != PROTOCOL_VERSION {
                    return Err(ServeError::Version {
                        host: start.protocol_version,
                    });
                }
                open(runtime, start, link.clone()).map(|(opened, started)| {
                    engine = Some(opened);
                    Response::Started(started)
                })
            }
            (Request::LoadHints(hints), Some(engine)) => {
                engine.load_hints(hints).map(Response::HintsLoaded)
            }
            (Request::ExecuteHint(hint), Some(engine)) => {
                engine.execute_hint(hint).map(Response::Done)
            }
            (Request::CallRule(rule), Some(engine)) => {
                engine.call_rule(rule).map(Response::RuleResult)
            }
            (Request::EndRun(_), Some(engine)) => engine.end_run().map(Response::RunEnded),
            (Request::ReadScopes(request), Some(engine)) => {
                engine.read_scopes(request).map(Response::Scopes)
            }
            (Request::Start(_), Some(_)) => return Err(ServeError::OutOfOrder("start")),
            (Request::Answer(_), _) => return Err(ServeError::OutOfOrder("answer")),
            (_, None) => return Err(ServeError::OutOfOrder("a request before start")),
        };
        let response = match result {
            Ok(response) => response,
            Err(CallError::Failed(failed)) => Response::Failed(*failed),
            Err(CallError::Broken(error)) => return Err(ServeError::Engine(error)),
        };
        next = link.respond(response, forecasts.entry(hint).or_default())?;
    }
    Ok(())
}

/// An engine, and what the host is told about it.
fn open(
    runtime: &dyn LanguageRuntime,
    start: Start,
    link: SharedLink,
) -> Result<(Box<dyn Engine>, Started), CallError> {
    let engine = runtime.open(start, link)?;
    let started = Started {
        protocol_version: PROTOCOL_VERSION,
        process_id: std::process::id(),
        ..engine.describe()?
    };
    Ok((engine, started))
}

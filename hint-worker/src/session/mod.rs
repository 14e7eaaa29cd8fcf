//! The session with the host: one stream of requests, answered one at a time.

mod link;
mod polling;
mod service;

pub use link::{Link, LinkError};

use std::os::unix::net::UnixStream;
use std::time::Instant;

use hint_proto::PROTOCOL_VERSION;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use pyo3::Python;

use crate::python::engine::Engine;
use crate::python::host::SharedLink;

/// Why a session ended before the host closed it.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
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
    /// The Python half of the engine failed.
    #[error("the hint engine failed: {0}")]
    Engine(#[from] pyo3::PyErr),
}

/// Serves the one session of this process until the host closes it.
///
/// # Errors
/// [`SessionError`] when the stream breaks or the host breaks its rules.
pub fn serve(socket: UnixStream) -> Result<(), SessionError> {
    let link = SharedLink::new(Link::accept(socket)?);
    Python::attach(|py| {
        let mut engine: Option<Engine> = None;
        let mut next = py.detach(|| link.receive())?;
        while let Some(request) = next {
            let response = match (request, engine.as_ref()) {
                (Request::Start(start), None) => {
                    if start.protocol_version != PROTOCOL_VERSION {
                        return Err(SessionError::Version {
                            host: start.protocol_version,
                        });
                    }
                    match Engine::start(py, &link, start) {
                        Ok(started) => {
                            let response = Response::Started(started.describe(py)?);
                            engine = Some(started);
                            response
                        }
                        Err(error) => Response::Failed(Engine::not_started(py, &error)?),
                    }
                }
                (Request::LoadHints(hints), Some(engine)) => engine.load_hints(py, hints)?,
                (Request::ExecuteHint(hint), Some(engine)) => {
                    engine.execute(py, hint, Instant::now())?
                }
                (Request::CallRule(rule), Some(engine)) => engine.call_rule(py, rule)?,
                (Request::EndRun(_), Some(engine)) => engine.end_run(py)?,
                (Request::ReadScopes(request), Some(engine)) => engine.read_scopes(py, request)?,
                (Request::Start(_), Some(_)) => return Err(SessionError::OutOfOrder("start")),
                (Request::Answer(_), _) => return Err(SessionError::OutOfOrder("answer")),
                (_, None) => return Err(SessionError::OutOfOrder("a request before start")),
            };
            next = py.detach(|| link.respond(response))?;
        }
        Ok(())
    })
}

//! Owns the one link of the process for the two that use it in turn: the loop, and the engine that asks
//! the host in the middle of a hint. Must not know how an engine hands an answer on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hint_proto::v1::Ask;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::waiting::Forecast;
use tonic::Status;

use super::{Link, LinkError};

/// Why a question of an engine has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The host is gone: nobody waits for this hint any more.
    #[error(transparent)]
    Lost(#[from] LinkError),
    /// The host said something else.
    #[error("the host gave an answer that does not fit the question")]
    Unfitting,
}

/// The link, shared between the loop and the questions of a running hint.
#[derive(Clone, Debug)]
pub struct SharedLink(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    link: Link,
    /// How long the host takes to answer a question.
    answers: Forecast,
}

impl SharedLink {
    /// Shares `link`.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self(Arc::new(Mutex::new(Shared {
            link,
            answers: Forecast::default(),
        })))
    }

    /// See [`Link::receive`].
    ///
    /// # Errors
    /// As [`Link::receive`].
    pub fn receive(&self) -> Result<Option<Request>, LinkError> {
        self.lock().link.receive()
    }

    /// See [`Link::respond`].
    ///
    /// # Errors
    /// As [`Link::respond`].
    pub fn respond(
        &self,
        response: Response,
        forecast: &mut Forecast,
    ) -> Result<Option<Request>, LinkError> {
        self.lock().link.respond(response, forecast)
    }

    /// See [`Link::end`].
    pub fn end(&self, status: Status) {
        self.lock().link.end(status);
    }

    /// Asks the host, and waits for its answer.
    ///
    /// # Errors
    /// [`AskError`] when the host is gone or says what is no answer.
    pub fn ask(&self, question: Question) -> Result<Reply, AskError> {
        let ask = Response::Ask(Ask {
            question: Some(question),
        });
        let Shared { link, answers } = &mut *self.lock();
        reply(link.respond(ask, answers)?)
    }

    /// The next part of an answer that has several.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn next_part(&self) -> Result<Reply, AskError> {
        reply(self.receive()?)
    }

    /// A hint's own threads may ask, too. One that panicked left nothing half done: the link only holds
    /// its stream.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reply(request: Option<Request>) -> Result<Reply, AskError> {
    match request {
        Some(Request::Answer(answer)) => answer.answer.ok_or(AskError::Unfitting),
        Some(_) => Err(AskError::Unfitting),
        None => Err(LinkError::Closed.into()),
    }
}

//! Why a hint did not end normally, and the words for it. Must not know which engine ran it.

use std::time::Duration;

use hint_proto::v1::{Failed, FailureKind, PythonException};

use super::effects::Refusal;
use super::limits::TooManySegments;
use crate::account::{self, OverLimit};
use crate::worker::{Death, SandboxError};

/// Why a hint did not end normally.
#[derive(Debug, thiserror::Error)]
pub enum HintError {
    /// The hint failed; in Python it raised an exception.
    #[error("{}", text_of(.0))]
    Raised(Box<Failed>),
    /// No engine serves the language of a hint.
    #[error(
        "no engine serves the language `{language}` of a hint; served: {}",
        list(served)
    )]
    Unserved {
        /// The hint.
        hint_id: u32,
        /// Its language.
        language: String,
        /// What is served.
        served: Vec<String>,
    },
    /// The engine's process ended, or the client left.
    #[error("{}", died(death))]
    Died {
        /// How.
        death: Death,
    },
    /// The hint ran too long; its engine was killed.
    #[error("the hint ran longer than the limit of `{}` seconds", .limit.as_secs_f64())]
    Timeout {
        /// How long it may run.
        limit: Duration,
    },
    /// The engine broke the rules of the session.
    #[error("the hint engine broke the protocol: {0}")]
    Protocol(String),
    /// The engine is not confined as it must be.
    #[error(transparent)]
    NotConfined(#[from] SandboxError),
    /// What the hint did is refused.
    #[error(transparent)]
    Diff(Refusal),
    /// What the hint printed cannot be written.
    #[error("cannot write what the hint prints: {0}")]
    Print(String),
    /// The run took more host memory than it may.
    #[error("the run was ended: {0}")]
    OverLimit(#[from] OverLimit),
    /// It has more segments than it may.
    #[error("the run was ended: {0}")]
    TooManySegments(#[from] TooManySegments),
}

impl From<Refusal> for HintError {
    fn from(refusal: Refusal) -> Self {
        // The limit is what to tell of what cairo-vm got no memory for.
        match account::check() {
            Ok(()) => match refusal {
                Refusal::Segments(error) => error.into(),
                refusal => Self::Diff(refusal),
            },
            Err(over) => Self::OverLimit(over),
        }
    }
}

pub(super) fn out_of_order() -> HintError {
    HintError::Protocol("a response that does not fit the request".to_owned())
}

/// The text of a hint's failure: the traceback if it is Python's, else what the engine says.
pub(crate) fn text_of(failed: &Failed) -> &str {
    match &failed.python {
        Some(PythonException { traceback, .. }) if !traceback.is_empty() => traceback,
        _ => &failed.message,
    }
}

/// How an engine ended in the middle of a hint.
fn died(death: &Death) -> String {
    match death {
        Death::Detached => "the client that serves the hints left while it ran a hint".to_owned(),
        Death::OverLimit(_) => format!("the hint worker was ended while it ran a hint: {death}"),
        death => format!("the hint worker died while it ran a hint: {death}"),
    }
}

/// A list of names, for people.
fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    }
}

/// A start that failed; its kind says nothing about hints, of which there are none yet.
pub(super) fn failed_start(failed: Failed) -> Box<Failed> {
    let kind = match FailureKind::try_from(failed.kind) {
        Ok(FailureKind::Compile) => FailureKind::Exception.into(),
        _ => failed.kind,
    };
    Box::new(Failed { kind, ..failed })
}

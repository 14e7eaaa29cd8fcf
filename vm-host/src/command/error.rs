//! Why the command ends without success: what it prints, and its exit code.

use super::ExitCode;
use crate::run::{Failure, FailureReason, NotEnded, StartError};
use crate::vm::{ASSERTION, RunFailure};
use crate::worker::LaunchError;

/// The end of an unsuccessful command.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// What the process exits with.
    pub(crate) code: ExitCode,
    /// What stands before the text when it is the last word of the command.
    prefix: &'static str,
    /// What is printed on stderr; nothing when it is empty.
    pub(crate) text: String,
    /// The errors behind it, for `--show_trace`.
    pub(crate) trace: Vec<String>,
    /// Whether a hint missed a module: who knows the options says where hints import from.
    pub(crate) missing_module: bool,
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.prefix, self.text)
    }
}

impl CommandError {
    /// An error of ours: one line, perhaps with a hint below.
    pub(crate) fn new(code: ExitCode, error: impl std::fmt::Display) -> Self {
        Self {
            prefix: "error: ",
            ..Self::verbatim(code, error.to_string())
        }
    }

    /// The same with the errors behind it.
    pub(crate) fn of(code: ExitCode, error: &(dyn std::error::Error + 'static)) -> Self {
        let behind = std::iter::successors(error.source(), |error| error.source());
        Self {
            trace: behind.map(ToString::to_string).collect(),
            ..Self::new(code, error)
        }
    }

    /// A text of the reference VM, printed as it is.
    pub(crate) fn verbatim(code: ExitCode, text: String) -> Self {
        Self {
            code,
            prefix: "",
            text,
            trace: Vec::new(),
            missing_module: false,
        }
    }

    /// What the reference VM prints for a failed assertion of its own.
    pub(crate) fn assertion(text: &str) -> Self {
        Self {
            prefix: ASSERTION,
            ..Self::verbatim(ExitCode::ProgramFailed, text.to_owned())
        }
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let Failure {
            prefix, message, ..
        } = failure;
        match failure.reason {
            FailureReason::HintRaised
            | FailureReason::CairoError
            | FailureReason::StepsExhausted
            | FailureReason::LanguageNotServed
            | FailureReason::HintDeclined
            | FailureReason::EndOfRun => Self {
                prefix,
                missing_module: failure
                    .raised
                    .and_then(|failed| failed.python)
                    .is_some_and(|python| python.class_path == "builtins.ModuleNotFoundError"),
                ..Self::verbatim(ExitCode::ProgramFailed, message)
            },
            FailureReason::Exit => {
                let python = failure.raised.and_then(|failed| failed.python);
                let code = python.map_or(1, |python| python.exit_code);
                Self::verbatim(ExitCode::from_hint(code), message)
            }
            FailureReason::Interrupted => Self::verbatim(ExitCode::Interrupted, message),
            FailureReason::WorkerDied
            | FailureReason::WorkerLimit
            | FailureReason::EngineDetached
            | FailureReason::Protocol => match failure.launch {
                Some(error) => Self::from(&*error),
                None => Self::new(ExitCode::WorkerDied, message),
            },
            FailureReason::HintTimeout => Self::new(
                ExitCode::HintTimeout,
                format!(
                    "{message}\n\
                     hint: raise the limit with --hint-timeout, or remove it with --hint-timeout 0"
                ),
            ),
            FailureReason::DiffRefused | FailureReason::LimitExceeded => {
                Self::new(ExitCode::ProgramFailed, message)
            }
            FailureReason::Internal => Self::new(ExitCode::Internal, message),
        }
    }
}

impl From<&LaunchError> for CommandError {
    fn from(error: &LaunchError) -> Self {
        match error {
            // The worker has printed the reason itself.
            LaunchError::Refused => Self::verbatim(ExitCode::Environment, String::new()),
            LaunchError::NotFound(_) | LaunchError::Sandbox(_) => {
                Self::of(ExitCode::Environment, error)
            }
            LaunchError::Spawn(_) | LaunchError::Died(_) | LaunchError::Link(_) => {
                Self::of(ExitCode::WorkerDied, error)
            }
        }
    }
}

impl From<RunFailure> for CommandError {
    fn from(failure: RunFailure) -> Self {
        Failure::from(failure).into()
    }
}

impl From<NotEnded> for CommandError {
    fn from(error: NotEnded) -> Self {
        match error {
            NotEnded::Failed(failure) => Self::from(*failure),
            NotEnded::Print(_) => Self::of(ExitCode::CannotWrite, &error),
        }
    }
}

impl CommandError {
    /// A run of the program `name` that does not start.
    pub(crate) fn of_start(name: &str, error: StartError) -> Self {
        match error {
            StartError::Program(error) => Self::new(
                ExitCode::BadInput,
                format!("cannot use the program `{name}`: {error}"),
            ),
            StartError::MissingMain(_) => Self::assertion("Missing main()."),
            StartError::Vm(failure) => failure.into(),
            StartError::Launch(error) => Self::from(&error),
            StartError::Hints(failure) => Self::from(*failure),
            // The command starts programs at functions without arguments, and names the hints itself.
            error @ (StartError::Entry(_) | StartError::Placement(_)) => {
                Self::of(ExitCode::BadInput, &error)
            }
        }
    }
}

/// The same of a run, with what a report says of it.
#[derive(Debug)]
pub(crate) struct Unsuccessful {
    /// What it prints, and its exit code.
    pub(crate) error: CommandError,
    /// Why the run failed, if it was the run.
    pub(crate) failure: Option<Box<Failure>>,
}

impl From<Failure> for Unsuccessful {
    fn from(failure: Failure) -> Self {
        Self {
            failure: Some(Box::new(failure.clone())),
            error: failure.into(),
        }
    }
}

impl From<CommandError> for Unsuccessful {
    fn from(error: CommandError) -> Self {
        Self {
            error,
            failure: None,
        }
    }
}

impl From<NotEnded> for Unsuccessful {
    fn from(error: NotEnded) -> Self {
        match error {
            NotEnded::Failed(failure) => Self::from(*failure),
            error @ NotEnded::Print(_) => CommandError::from(error).into(),
        }
    }
}

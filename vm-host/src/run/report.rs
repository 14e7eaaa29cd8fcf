//! Turns a failure into what the command prints and its exit code.

use super::RunError;
use crate::cli::ExitCode;
use crate::vm::{Failure, FailureReason};

/// The error of a failed run.
pub(super) fn failure(failure: Failure) -> RunError {
    let message = failure.message;
    match failure.reason {
        FailureReason::HintRaised
        | FailureReason::CairoError
        | FailureReason::StepsExhausted
        | FailureReason::EndOfRun => RunError::verbatim(ExitCode::ProgramFailed, message),
        FailureReason::Exit => {
            let code = failure.raised.map_or(1, |failed| failed.exit_code);
            RunError::verbatim(ExitCode::from_hint(code), message)
        }
        FailureReason::Interrupted => RunError::verbatim(ExitCode::Interrupted, message),
        FailureReason::WorkerDied | FailureReason::EngineDetached | FailureReason::Protocol => {
            RunError::new(ExitCode::WorkerDied, message)
        }
        FailureReason::HintTimeout => RunError::new(
            ExitCode::HintTimeout,
            format!(
                "{message}\n\
                 hint: raise the limit with --hint-timeout, or remove it with --hint-timeout 0"
            ),
        ),
        FailureReason::DiffRefused => RunError::new(ExitCode::ProgramFailed, message),
        FailureReason::Internal => RunError::new(ExitCode::Internal, message),
    }
}

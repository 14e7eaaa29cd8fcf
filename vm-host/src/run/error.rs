//! Why the command ends without success: what it prints, and its exit code.

use crate::cli::ExitCode;

/// The end of an unsuccessful command.
#[derive(Debug)]
pub struct RunError {
    /// What the process exits with.
    pub code: ExitCode,
    /// What is printed on stderr; nothing when it is empty.
    pub text: String,
}

impl std::fmt::Display for RunError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for RunError {}

impl RunError {
    /// An error of ours: one line, perhaps with a hint below.
    pub fn new(code: ExitCode, error: impl std::fmt::Display) -> Self {
        Self {
            code,
            text: format!("error: {error}"),
        }
    }

    /// A text of the reference VM, printed as it is.
    #[must_use]
    pub fn verbatim(code: ExitCode, text: String) -> Self {
        Self { code, text }
    }

    /// What the reference VM prints for a failed assertion of its own.
    #[must_use]
    pub fn assertion(text: &str) -> Self {
        Self::verbatim(ExitCode::ProgramFailed, format!("Error: {text}"))
    }
}

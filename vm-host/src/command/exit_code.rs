//! What the command's exit codes mean. 0, 1 and 2 are those of `cairo-run`; the others follow
//! `sysexits.h` and the shell, so that a script can tell a bad program from a bad machine.

use std::process;

/// Why the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: the program ran and every output was written.
    Success,
    /// 1: the program failed as it would under `cairo-run`: an instruction or a hint raised, a hint has a
    /// syntax error, the steps were used up, the run is not secure.
    ProgramFailed,
    /// 2: an option is unknown, contradicts another one or has a bad value.
    Usage,
    /// 65 (`EX_DATAERR`): an input file is not what it should be (not a compiled program, not a PIE).
    BadInput,
    /// 66 (`EX_NOINPUT`): an input file cannot be opened.
    NoInput,
    /// 69 (`EX_UNAVAILABLE`): the hint worker died or could not be started.
    WorkerDied,
    /// 70 (`EX_SOFTWARE`): a fault of this command.
    Internal,
    /// 73 (`EX_CANTCREAT`): an output cannot be written.
    CannotWrite,
    /// 78 (`EX_CONFIG`): the Python environment does not fit the worker (another minor version), or the sandbox
    /// lacks a layer that is required.
    Environment,
    /// 124, as `timeout(1)`: a hint ran into its deadline.
    HintTimeout,
    /// 130, as a shell: the command was interrupted.
    Interrupted,
    /// A hint called `sys.exit` with this code.
    Hint(u8),
}

impl ExitCode {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::ProgramFailed => 1,
            Self::Usage => 2,
            Self::BadInput => 65,
            Self::NoInput => 66,
            Self::WorkerDied => 69,
            Self::Internal => 70,
            Self::CannotWrite => 73,
            Self::Environment => 78,
            Self::HintTimeout => 124,
            Self::Interrupted => 130,
            Self::Hint(code) => code,
        }
    }

    /// The code of a hint's `SystemExit`, reduced to what a process can return.
    pub fn from_hint(code: i32) -> Self {
        // The kernel keeps the low eight bits, for negative codes too.
        Self::Hint(code.to_le_bytes()[0])
    }
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_exit_code_keeps_its_low_byte() {
        assert_eq!(ExitCode::from_hint(3).code(), 3);
        assert_eq!(ExitCode::from_hint(-1).code(), 255);
        assert_eq!(ExitCode::from_hint(256).code(), 0);
    }
}

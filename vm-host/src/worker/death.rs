//! How a process ended, and the words for it. Must not know which process it was.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use hint_proto::processes::Ended;

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Killed by a signal.
    Signal(i32),
    /// It exited by itself.
    Exit(i32),
    /// It lived on without its connection and was killed.
    Disconnected,
    /// It was a client, which ended its stream.
    Detached,
    /// It used more than it may, and was killed.
    OverLimit(Excess),
}

/// More than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Of what, with its unit: `bytes of memory`.
    pub of: &'static str,
    /// How much may be.
    pub limit: u64,
    /// How much there was.
    pub used: u64,
}

impl std::fmt::Display for Death {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signal(signal) => match signal_name(*signal) {
                Some(name) => write!(formatter, "it was killed by signal `{signal}` ({name})"),
                None => write!(formatter, "it was killed by signal `{signal}`"),
            },
            Self::Exit(code) => write!(formatter, "it exited with code `{code}`"),
            Self::Disconnected => write!(formatter, "it closed its connection"),
            Self::Detached => write!(formatter, "its client detached"),
            Self::OverLimit(Excess { of, limit, used }) => {
                write!(formatter, "it used `{used}` {of}, the limit is `{limit}`")
            }
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        2 => "SIGINT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

impl From<Ended> for Death {
    fn from(ended: Ended) -> Self {
        match ended.signal {
            0 => Self::Exit(ended.code),
            signal => Self::Signal(signal),
        }
    }
}

/// How a process ended.
pub(super) fn death_of(status: ExitStatus) -> Death {
    match (status.code(), status.signal()) {
        (_, Some(signal)) => Death::Signal(signal),
        (code, None) => Death::Exit(code.unwrap_or_default()),
    }
}

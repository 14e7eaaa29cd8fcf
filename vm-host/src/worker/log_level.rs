//! From which level on a worker shows what its hints log. Must not know where.

/// The levels of the log of hints, as the option names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum HintLogLevel {
    /// Everything.
    Debug,
    /// What happened, and all that is worse.
    #[default]
    Info,
    /// What one may want to change, and all that is worse.
    Warning,
    /// Failures.
    Error,
    /// Failures that end everything.
    Critical,
    /// Nothing.
    Off,
}

impl HintLogLevel {
    /// As the worker reads it.
    pub(super) fn argument(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Off => "off",
        }
    }
}

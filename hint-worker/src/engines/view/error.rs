//! Owns why a hint cannot read or write what it wants, in the reference VM's words where it has some. Must
//! not know how a failure travels.

use hint_proto::v1;

use super::value::{Address, Value};
use crate::link::AskError;

/// Why something of the VM cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// What the host, or the reference VM, raises of it.
    #[error("{message}")]
    Raised {
        /// Dotted path of the class.
        class_path: String,
        /// Its message.
        message: String,
    },
    /// A cell that is empty.
    #[error("Unknown value for memory cell at address {0}.")]
    Empty(Address),
    /// A cell that has another value already.
    #[error("Inconsistent memory assignment at address {address}. {old} != {new}.")]
    Inconsistent {
        /// The cell.
        address: Address,
        /// What it holds.
        old: Value,
        /// What it should hold.
        new: Value,
    },
    /// Something else that cannot be done.
    #[error("{0}")]
    Refused(String),
    /// The host sent something that is not allowed. Nothing that a hint does is the reason.
    #[error("the host sent a malformed {0}")]
    Malformed(&'static str),
    /// The host is gone or said what is no answer.
    #[error(transparent)]
    Lost(#[from] AskError),
}

impl ViewError {
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    pub(super) fn of_wire(raised: &v1::Raised) -> Self {
        Self::Raised {
            class_path: raised.class_path.clone(),
            message: raised.message.clone(),
        }
    }

    /// Dotted path of the class that stands for it in the reference VM.
    #[must_use]
    pub fn class_path(&self) -> &str {
        match self {
            Self::Raised { class_path, .. } => class_path,
            Self::Empty(_) => "starkware.cairo.lang.vm.memory_dict.UnknownMemoryError",
            Self::Inconsistent { .. } => {
                "starkware.cairo.lang.vm.memory_dict.InconsistentMemoryError"
            }
            Self::Refused(_) => "builtins.ValueError",
            Self::Malformed(_) | Self::Lost(_) => "builtins.RuntimeError",
        }
    }

    /// Whether it is the end of the session rather than of the hint.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::Lost(_))
    }
}

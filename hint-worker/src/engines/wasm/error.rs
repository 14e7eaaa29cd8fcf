//! Owns why a hint that calls modules fails, for people, and the name of each kind. Must not know how a
//! failure travels.

use std::time::Duration;

use super::source::SyntaxError;
use crate::engines::view::ViewError;

/// Why a hint failed, or a module cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WasmError {
    /// A line of the hint is none.
    #[error("{0}")]
    Syntax(String),
    /// A line calls something that is not there or does not fit.
    #[error("{0}")]
    Call(String),
    /// A module cannot be used.
    #[error("the WebAssembly module `{module}` cannot be used: {reason}")]
    Module {
        /// Its name.
        module: String,
        /// Why.
        reason: String,
    },
    /// The hint used up its fuel.
    #[error(
        "the fuel limit of `{limit}` was reached\nhint: raise it with --wasm-limits fuel=NUMBER"
    )]
    Fuel {
        /// Units of one hint, roughly instructions.
        limit: u64,
    },
    /// The hint took too long.
    #[error("the time limit of `{}` seconds was reached\nhint: raise it with --wasm-limits time=SECONDS", .limit.as_secs_f64())]
    Time {
        /// Of one hint.
        limit: Duration,
    },
    /// The modules want too much memory.
    #[error(
        "the memory limit of `{limit}` bytes was reached: `{wanted}` bytes are wanted\nhint: raise it with --wasm-limits memory=BYTES"
    )]
    Memory {
        /// Of all modules of the VM.
        limit: usize,
        /// Of all modules of the VM.
        wanted: usize,
    },
    /// The modules want too large tables.
    #[error(
        "the table limit of `{limit}` elements was reached: `{wanted}` elements are wanted\nhint: raise it with --wasm-limits table=ELEMENTS"
    )]
    Table {
        /// Of all modules of the VM.
        limit: usize,
        /// Of all modules of the VM.
        wanted: usize,
    },
    /// The calls are too deep.
    #[error(
        "the stack limit of `{limit}` bytes was reached\nhint: raise it with --wasm-limits stack=BYTES"
    )]
    Stack {
        /// Of one call.
        limit: usize,
    },
    /// The module ran into something that WebAssembly forbids, or gave up.
    #[error("the module trapped: {0}")]
    Trap(String),
    /// The module ended itself.
    #[error("the module called `proc_exit({0})`, which would end the hint in the middle")]
    Exit(i32),
    /// A module gave a range that is not in its memory.
    #[error(
        "`{function}` got a bad pointer: `{length}` bytes at `{pointer}` are not within the `{size}` bytes of the module's memory"
    )]
    Pointer {
        /// The function that got it.
        function: &'static str,
        /// Where it starts.
        pointer: u32,
        /// How long it is, in bytes.
        length: u64,
        /// How much memory there is.
        size: usize,
    },
    /// A module gave something else that a host function does not take.
    #[error("`{function}` got {what}")]
    Argument {
        /// The function that got it.
        function: &'static str,
        /// What it got.
        what: String,
    },
    /// A text is not what it must be.
    #[error("{0}")]
    Text(String),
    /// A cell or a name cannot be used as the module or the hint wants.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl WasmError {
    /// The name of the kind, with which its text begins for users.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Syntax(_) => "SyntaxError",
            Self::Call(_) => "CallError",
            Self::Module { .. } => "ModuleError",
            Self::Fuel { .. } => "FuelLimitError",
            Self::Time { .. } => "TimeLimitError",
            Self::Memory { .. } => "MemoryLimitError",
            Self::Table { .. } => "TableLimitError",
            Self::Stack { .. } => "StackLimitError",
            Self::Trap(_) => "TrapError",
            Self::Exit(_) => "ExitError",
            Self::Pointer { .. } => "PointerError",
            Self::Argument { .. } => "ArgumentError",
            Self::Text(_) => "TextError",
            Self::View(error) => error.class_path().rsplit('.').next().unwrap_or_default(),
        }
    }
}

impl From<SyntaxError> for WasmError {
    fn from(error: SyntaxError) -> Self {
        Self::Syntax(error.to_string())
    }
}

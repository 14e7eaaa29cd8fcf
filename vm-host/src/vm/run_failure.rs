//! How a run fails outside of its instructions and hints: the exceptions that the reference VM would
//! raise before, between and after the steps.

use std::fmt;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::errors::memory_errors::MemoryError;

use crate::vm::error_text::Value;

/// A failed run. It shows as the last line that `cairo-run` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFailure {
    /// The exception.
    pub exception: Exception,
    /// Its text.
    pub text: String,
    /// What the user can do.
    pub hint: Option<String>,
}

/// An exception of the reference VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    /// `AssertionError`: `cairo-run` prints `Error:` and its text, and `--debug_error` keeps going.
    Assertion,
    /// `SecurityError`.
    Security,
    /// `VmExceptionBase`.
    Vm,
    /// `InconsistentAutoDeductionError`.
    InconsistentAutoDeduction,
    /// `InconsistentMemoryError`.
    InconsistentMemory,
    /// `UnknownMemoryError`.
    UnknownMemory,
    /// `InsufficientAllocatedCells`.
    InsufficientAllocatedCells,
    /// `MissingIdentifierError`.
    MissingIdentifier,
    /// `CairoRunError`.
    CairoRun,
    /// `KeyError`.
    Key,
}

impl Exception {
    /// The name that Python prints before the text.
    fn name(self) -> &'static str {
        match self {
            Self::Assertion => ASSERTION_NAME,
            Self::Security => "starkware.cairo.lang.vm.vm_exceptions.SecurityError",
            Self::Vm => "starkware.cairo.lang.vm.vm_exceptions.VmExceptionBase",
            Self::InconsistentAutoDeduction => {
                "starkware.cairo.lang.vm.vm_exceptions.InconsistentAutoDeductionError"
            }
            Self::InconsistentMemory => {
                "starkware.cairo.lang.vm.memory_dict.InconsistentMemoryError"
            }
            Self::UnknownMemory => "starkware.cairo.lang.vm.memory_dict.UnknownMemoryError",
            Self::InsufficientAllocatedCells => {
                "starkware.cairo.lang.vm.builtin_runner.InsufficientAllocatedCells"
            }
            Self::MissingIdentifier => {
                "starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError"
            }
            Self::CairoRun => "starkware.cairo.lang.vm.cairo_run.CairoRunError",
            Self::Key => "KeyError",
        }
    }
}

/// What `cairo-run` prints in the place of an `AssertionError`'s name.
const ASSERTION_NAME: &str = "Error";
/// The same with what stands between it and the text.
pub(crate) const ASSERTION: &str = "Error: ";

impl RunFailure {
    /// The text of an assertion alone, with the hint.
    pub(crate) fn without_name(&self) -> Option<String> {
        let hint = self.hint.as_ref();
        let hint = hint.map_or_else(String::new, |hint| format!("\nhint: {hint}"));
        (self.exception == Exception::Assertion).then(|| format!("{}{hint}", self.text))
    }

    /// An exception with a text.
    pub fn new(exception: Exception, text: impl Into<String>) -> Self {
        Self {
            exception,
            text: text.into(),
            hint: None,
        }
    }

    /// An `AssertionError`.
    pub fn assertion(text: impl Into<String>) -> Self {
        Self::new(Exception::Assertion, text)
    }

    /// The same with advice for the user.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn security(text: impl Into<String>) -> Self {
        Self::new(Exception::Security, text)
    }

    pub(crate) fn unknown_memory(address: impl fmt::Display) -> Self {
        Self::new(
            Exception::UnknownMemory,
            format!("Unknown value for memory cell at address {address}."),
        )
    }

    pub(crate) fn inconsistent_memory(
        address: Relocatable,
        old: impl Into<Value>,
        new: impl Into<Value>,
    ) -> Self {
        Self::new(
            Exception::InconsistentMemory,
            format!(
                "Inconsistent memory assignment at address {address}. {} != {}.",
                old.into(),
                new.into()
            ),
        )
    }

    /// The failure of a memory operation between steps.
    pub(crate) fn of_memory(error: &MemoryError) -> Self {
        match error {
            MemoryError::InconsistentMemory(conflict) => {
                let (address, old, new) = conflict.as_ref();
                Self::inconsistent_memory(*address, old.clone(), new.clone())
            }
            MemoryError::UnknownMemoryCell(address) => Self::unknown_memory(address),
            MemoryError::UnmappedTemporarySegment(segment)
            | MemoryError::AddressInTemporarySegment(segment) => {
                Self::new(Exception::Key, segment.to_string())
            }
            MemoryError::UnallocatedSegment(segment) => {
                Self::new(Exception::Key, segment.0.to_string())
            }
            error => Self::assertion(error.to_string()),
        }
    }
}

impl fmt::Display for RunFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.exception.name())?;
        // Python leaves the colon out where there is no text; `cairo-run` itself prints `Error: `.
        if !self.text.is_empty() || self.exception == Exception::Assertion {
            write!(formatter, ": {}", self.text)?;
        }
        match &self.hint {
            Some(hint) => write!(formatter, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RunFailure {}

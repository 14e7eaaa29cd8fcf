//! Owns the way of a failure: from what the runtime says to one of our kinds, and on to the wire. Must not
//! know when hints run.

use hint_proto::v1::{Effects, Failed, FailureKind};
use wasmtime::{Trap, WasmBacktrace};

use super::calls::Line;
use super::error::WasmError;
use super::limits::Limits;
use crate::engines::CallError;
use crate::engines::view::ViewError;

/// Functions of a backtrace that are shown.
const MOST_FRAMES: usize = 20;

/// Why a hint failed, and where.
#[derive(Debug)]
pub(super) struct Failure {
    /// The line, if it was one.
    place: String,
    error: Box<WasmError>,
    backtrace: String,
}

impl Failure {
    /// What went wrong in a line.
    pub(super) fn of(error: wasmtime::Error, line: &Line, limits: &Limits) -> Self {
        let backtrace = error.downcast_ref::<WasmBacktrace>().map(text_of);
        Self {
            place: format!("line {}: `{}`: ", line.number, line.text),
            error: Box::new(classify(error, limits)),
            backtrace: backtrace.unwrap_or_default(),
        }
    }

    /// What the host is told.
    pub(super) fn tell(
        self,
        kind: FailureKind,
        hint_id: u32,
        effects: Option<Effects>,
    ) -> CallError {
        let Self {
            place,
            error,
            backtrace,
        } = self;
        match *error {
            WasmError::View(ViewError::Lost(error)) => return CallError::Broken(error.into()),
            WasmError::View(error @ ViewError::Malformed(_)) => {
                return CallError::Refused(error.to_string());
            }
            _ => {}
        }
        let name = error.kind();
        // Advice stands on its own line at the end.
        let text = error.to_string();
        let (text, advice) = match text.split_once("\nhint: ") {
            Some((text, advice)) => (text, format!("\nhint: {advice}")),
            None => (text.as_str(), String::new()),
        };
        let message = format!("{name}: {place}{text}{backtrace}{advice}");
        CallError::Failed(Box::new(Failed {
            kind: kind.into(),
            hint_id,
            message,
            effects,
            ..Failed::default()
        }))
    }
}

impl From<WasmError> for Failure {
    fn from(error: WasmError) -> Self {
        Self {
            place: String::new(),
            error: Box::new(error),
            backtrace: String::new(),
        }
    }
}

/// What the runtime says, as one of our kinds.
fn classify(error: wasmtime::Error, limits: &Limits) -> WasmError {
    let trap = error.downcast_ref::<Trap>().copied();
    match error.downcast::<WasmError>() {
        Ok(error) => error,
        Err(error) => match trap {
            Some(Trap::OutOfFuel) => WasmError::Fuel { limit: limits.fuel },
            Some(Trap::StackOverflow) => WasmError::Stack {
                limit: limits.stack,
            },
            Some(Trap::Interrupt) => WasmError::Time { limit: limits.time },
            Some(trap) => WasmError::Trap(trap.to_string()),
            None => WasmError::Trap(error.root_cause().to_string()),
        },
    }
}

/// The functions that were at work, as the module names them.
fn text_of(backtrace: &WasmBacktrace) -> String {
    let frames = backtrace.frames();
    let mut text = String::new();
    for frame in frames.iter().take(MOST_FRAMES) {
        let function = match frame.func_name() {
            Some(name) => name.to_owned(),
            None => format!("function {}", frame.func_index()),
        };
        text.push_str(&format!("\n    in {function}"));
    }
    match frames.len().checked_sub(MOST_FRAMES) {
        Some(more @ 1..) => format!("{text}\n    in {more} more"),
        _ => text,
    }
}

impl From<ViewError> for Failure {
    fn from(error: ViewError) -> Self {
        WasmError::from(error).into()
    }
}

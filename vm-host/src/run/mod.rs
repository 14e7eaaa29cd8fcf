//! One run of a program or of a Cairo PIE, with its hints: starting, advancing, ending and explaining it.
//! The command, the service and programs that link this crate are faces of it; it must not know them.
//!
//! Reading order: [`config`], [`core`](self::core), `start`, `advance`, `end`, `failure`.

mod advance;
mod config;
mod core;
mod decoded;
mod end;
mod entry;
mod failure;
mod look;
mod rules;
mod start;
mod step_error;

pub use crate::hint::Limits;
pub use crate::hint::inputs::SessionInputs;
pub(crate) use crate::hint::log::{RecordReader, RecordSink};
pub(crate) use crate::hint::peer::{AttachedClient, Ending, Peer};
pub(crate) use crate::hint::printing::Prints;
pub(crate) use crate::hint::running::RunningHint;
pub(crate) use crate::hint::statistics::Statistics as HintStatistics;
pub use crate::hint::statistics::{Engine, EngineCounts, HostHints};
pub use crate::hint::wasm::{self, WasmInputError};
pub(crate) use crate::hint::watch::Watcher;
pub use crate::vm::VmConfig;
pub use advance::{Goal, Pace, Progress, Stop, Unwatched};
pub use config::{HintPlacement, PROGRAM_BASE, RunConfig};
pub use core::{Run, RunCounts};
pub use end::NotEnded;
pub use entry::{Argument, CallSetup, Entry, EntryError};
pub use failure::{Failure, FailureReason};
pub(crate) use look::StandingHint;
pub use start::{NotPlaced, ProgramText, StartError};
pub use step_error::StepError;

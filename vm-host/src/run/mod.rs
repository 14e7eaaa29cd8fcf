//! The command `vm-host run`: load, start the engine, run, end the run, write what was asked for.

mod error;
mod inputs;
mod report;

pub use error::RunError;

use std::rc::Rc;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;

use crate::cli::RunOptions;
use crate::hint::session::SessionInputs;
use crate::hint::{HintError, HintSession, Limits};
use crate::program::{CompiledProgram, ExceptionContext, SourceFiles};
use crate::vm::Machine;
use crate::worker::{Link, WorkerOptions, WorkerProcess, worker_binary};
use inputs::Inputs;

/// Where the program's code starts.
const PROGRAM_BASE: Relocatable = Relocatable { segment_index: 0, offset: 0 };

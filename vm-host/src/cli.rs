//! The command lines of `vm-host run` and `vm-host serve`: the options as typed, the same options resolved and checked, and
//! the exit codes.
//!
//! Names and rules are those of `cairo-run` of cairo-lang 0.14. Nothing here opens a program or starts a
//! process; it only decides what was asked for.

mod args;
mod exit_code;
mod options;
mod serve;

pub use args::{HintPlacement, RunArgs};
pub use exit_code::ExitCode;
pub use options::{
    HintOptions, OptionError, OutputPaths, Prints, ProgramSource, PythonEnvironment, RunOptions,
};
pub use serve::{HealthArgs, ServeArgs};

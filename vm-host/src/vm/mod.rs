//! The Cairo VM without its loop: building it, ending a run, what is written of it, and how it explains
//! itself. Must not know hints, engines or workers.

pub(crate) mod cells;
mod config;
pub(crate) mod end;
pub(crate) mod error_text;
mod layout;
pub(crate) mod operands;
pub(crate) mod outputs;
pub(crate) mod pie;
pub(crate) mod profile;
mod python_json;
mod range_checks;
mod run_failure;
pub(crate) mod shape;
pub(crate) mod slices;
pub(crate) mod start;
pub(crate) mod temporary;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod wire;

pub use config::VmConfig;
pub(crate) use run_failure::{ASSERTION, Exception, RunFailure};

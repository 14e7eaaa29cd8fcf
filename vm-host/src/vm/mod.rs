//! The Cairo VM: the loop, building a run, ending it, what it writes, and how it explains failures.

mod ending;
pub mod error_text;
pub mod failure;
pub mod finish;
pub mod machine;
mod operands;
pub mod outputs;
pub mod profile;
pub mod progress;
mod rules;
#[cfg(test)]
mod testing;

pub use ending::end_hints;
pub use failure::{Failure, FailureReason};
pub use machine::{EngineStarter, Machine, StartedEngine, StepCause, StepError};

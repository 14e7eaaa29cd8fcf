//! The Cairo VM: the loop, building a run, ending it, what it writes, and how it explains failures.

pub mod error_text;
pub mod finish;
pub mod machine;
mod operands;
pub mod outputs;
mod rules;
#[cfg(test)]
mod testing;

pub use machine::{Machine, StepCause, StepError};

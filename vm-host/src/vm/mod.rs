//! The Cairo VM: the loop, building a run, ending it, what it writes, and how it explains failures.

pub mod error_text;
pub mod machine;
mod operands;
mod rules;
#[cfg(test)]
mod testing;

pub use machine::{Machine, StepCause, StepError};

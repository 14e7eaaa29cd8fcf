//! The Cairo loop and everything around it.

pub mod machine;
mod operands;
mod rules;

pub use machine::{Machine, StepError, StepFailure};

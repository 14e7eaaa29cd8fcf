//! The Cairo VM around the loop: building a run, ending it, what it writes, and how it explains failures.

pub mod error_text;
pub mod finish;
pub mod outputs;
pub mod profile;
pub mod progress;
#[cfg(test)]
mod testing;

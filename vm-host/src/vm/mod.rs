//! The Cairo VM around the loop: building a run, ending it, what it writes, and how it explains failures.

pub mod error_text;
pub mod finish;
pub mod outputs;
#[cfg(test)]
mod testing;

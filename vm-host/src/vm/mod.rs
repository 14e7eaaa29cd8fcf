//! The Cairo VM around the loop: building a run, ending it, what it writes, and how it explains failures.

pub mod error_text;
#[cfg(test)]
mod testing;

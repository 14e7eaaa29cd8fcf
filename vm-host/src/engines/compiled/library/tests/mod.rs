//! Values, operations and functions, compared with Python's own on random and edge arguments.

mod functions;
mod numbers;
mod operations;
pub(crate) mod python;
pub(crate) mod random;
mod recorded;
mod traps;

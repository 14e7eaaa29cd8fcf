//! What the worker process may do, one file for each mechanism.

pub mod parent;

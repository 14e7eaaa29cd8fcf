//! Runs the Python hints of one VM in a process of its own.
//!
//! Reading order: [`cli`] (how the host starts it), [`session`] (the stream of requests), [`python`]
//! (the interpreter and what a hint sees), [`sandbox`] (what the process may do),
//! [`zygote`] (where workers of a server come from). Knows nothing of
//! the VM: memory arrives as cells, `ids` as tables.

pub mod cli;
pub mod python;
pub mod sandbox;
pub mod session;
pub mod zygote;

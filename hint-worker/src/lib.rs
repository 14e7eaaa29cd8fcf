//! Runs the hints of one VM in a process of its own.
//!
//! Reading order: [`cli`] (how the host starts it), [`link`] (the stream of requests), [`engines`] (what
//! can answer them), [`log`] (what hints tell people), [`serve()`] (the loop between the two), [`zygote`] (where
//! the workers of a server come from), [`sandbox`] (what keeps hints in), [`keeper`] (who ends what they leave),
//! [`parent_death`] (when they go). Each knows only those before it, and nobody here knows the
//! VM: memory arrives as cells, `ids` as definitions.

pub mod cli;
pub mod engines;
pub mod keeper;
pub mod link;
pub mod log;
pub mod parent_death;
pub mod sandbox;
mod serve;
pub mod zygote;

pub use serve::{ServeError, serve};

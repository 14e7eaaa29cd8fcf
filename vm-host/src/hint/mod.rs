//! One hint: what it is sent, what it asks, what it may change.

mod answer;
pub mod builtins;
pub mod effects;
pub mod engine;
mod known;
pub mod learned;
pub mod limits;
mod namespace;
pub mod path;
mod scopes;
pub mod session;
pub mod snapshot;
pub mod statistics;
pub mod table;
#[cfg(test)]
mod testing;
pub mod wire;

pub use limits::Limits;
pub use session::{HintError, HintSession};

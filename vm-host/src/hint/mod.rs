//! One hint: what it is sent, what it asks, what it may change.

mod answer;
pub mod builtins;
pub mod cell_path;
pub mod effects;
pub mod engine;
mod known;
pub mod limits;
pub mod reads;
mod scopes;
pub mod session;
pub mod snapshot;
pub mod statistics;
mod struct_names;
pub mod table;
#[cfg(test)]
mod testing;
pub mod wire;

pub use limits::Limits;
pub use session::{HintError, HintSession};

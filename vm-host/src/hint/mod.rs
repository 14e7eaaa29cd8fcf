//! One hint: which engine runs it, what it is sent, what it asks, what it may change. Must not know the
//! loop, nor who calls for the run.

mod answer;
pub mod builtins;
pub(crate) mod dispatch;
pub mod effects;
mod known;
pub mod limits;
pub mod peer;
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

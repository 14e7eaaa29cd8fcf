//! One hint: which engine runs it, what it is sent, what it asks, what it may change. Must not know the
//! loop, nor who calls for the run.

mod answer;
pub mod builtins;
pub mod diff;
pub(crate) mod dispatch;
pub mod peer;
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
pub mod wire;

pub use limits::Limits;
pub use session::{HintError, HintSession};

//! One hint: which engine runs it, what it is sent, what it asks, what it may change. Must not know the
//! loop, nor who calls for the run.

mod answer;
pub(crate) mod builtins;
#[cfg(test)]
mod damaged;
pub(crate) mod dispatch;
pub(crate) mod effects;
pub(crate) mod error;
pub(crate) mod inputs;
mod known;
mod language;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod peer;
pub(crate) mod printing;
pub(crate) mod reads;
pub(crate) mod run_state;
pub(crate) mod running;
mod scopes;
pub(crate) mod session;
mod sharing;
pub(crate) mod snapshot;
pub(crate) mod statistics;
mod struct_names;
pub(crate) mod table;
#[cfg(test)]
mod testing;
pub(crate) mod variables;
pub mod wasm;
pub(crate) mod watch;

pub use error::HintError;
pub use inputs::SessionInputs;
pub use limits::Limits;
pub use peer::Peer;
pub use run_state::RunState;
pub use session::{HintSession, Ran};
pub use variables::{
    DictId, FunctionId, Handover, HintFunction, ListId, Report, Reported, SharedValue, Told,
    Variables,
};

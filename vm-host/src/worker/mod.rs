//! The process behind the hints of one VM: starting it, talking to it, noticing its death. Must not know
//! what is said on the link.

mod cores;
mod counting;
mod embedded;
mod environment;
mod launch;
mod link;
mod locate;
pub(crate) mod orphans;
mod process;
mod scenario;
mod spawner;
mod terminal;
mod turn;
mod zygote;

pub use counting::Traffic;
pub use environment::PythonEnvironment;
pub use launch::{Launch, LaunchError};
pub(crate) use launch::{Sleeper, Wanted};
pub(crate) use link::START_TIMEOUT;
pub use link::{Link, LinkError};
pub use locate::{WorkerChoice, WorkerNotFound, choose_worker};
pub use process::{Death, SpawnError, WorkerOptions, WorkerProcess};
pub(crate) use scenario::{ScenarioOptions, ScenarioProcess, ScenarioStart};
pub use spawner::Spawner;
pub use terminal::SharedTerminal;
pub use turn::{Places, Turn};
pub use zygote::{WorkerOutput, Zygote};

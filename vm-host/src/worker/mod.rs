//! The process behind the hints of one VM: starting it, talking to it, noticing its death. Must not know
//! what is said on the link.

mod binary;
mod birth;
mod cgroup;
mod cores;
mod counting;
mod death;
mod embedded;
mod environment;
mod keeper;
mod launch;
mod link;
mod locate;
mod log_level;
pub(crate) mod orphans;
mod process;
mod record_pipe;
mod sandbox;
mod scenario;
mod seats;
mod spawner;
mod terminal;
mod turn;
mod usage;
mod zygote;

pub use binary::{SpawnError, WorkerOptions};
pub use counting::Traffic;
pub use death::{Death, Excess};
pub use environment::PythonEnvironment;
pub(crate) use environment::site_packages;
pub use launch::{Launch, LaunchError};
pub(crate) use launch::{Sleeper, Wanted};
pub(crate) use link::START_TIMEOUT;
pub use link::{Link, LinkError};
pub use locate::{WorkerChoice, WorkerNotFound, choose_worker};
pub use log_level::HintLogLevel;
pub use process::WorkerProcess;
pub use record_pipe::RecordPipe;
pub use sandbox::{Profile, Sandbox, SandboxError, WorkerLimits};
pub(crate) use scenario::{ScenarioOptions, ScenarioProcess, ScenarioStart};
pub use spawner::Spawner;
pub use terminal::SharedTerminal;
pub use turn::{Places, Turn};
pub use zygote::{WorkerOutput, Zygote};

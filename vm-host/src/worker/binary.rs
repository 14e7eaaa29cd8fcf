//! The `hint-worker` binary as a command, and why it does not start. Must not know what it is started for.

use std::path::PathBuf;
use std::process::{Child, Command};

use super::embedded::missing_library;
use super::orphans;
use super::sandbox::Sandbox;

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The `hint-worker` binary.
    pub binary: PathBuf,
    /// The virtual environment whose packages hints see.
    pub python_env: Option<PathBuf>,
    /// What it is confined to.
    pub sandbox: Sandbox,
}

/// The worker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// No socket pair.
    #[error("cannot make a socket for the hint worker: `{0}`")]
    Socket(#[source] std::io::Error),
    /// The binary does not start.
    #[error("cannot start the hint worker `{}`: `{source}`", .binary.display())]
    Start {
        /// What was tried.
        binary: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The zygote does not answer.
    #[error("the zygote of the hint workers does not answer: `{0}`")]
    Zygote(#[source] std::io::Error),
    /// The system has no more processes or descriptors.
    #[error(
        "there is no new hint worker: `{0}`\nhint: raise the limits on processes and descriptors, or end other VMs"
    )]
    Fork(#[source] std::io::Error),
}

/// The worker binary, in an environment in which it finds its libpython.
pub(super) fn command(options: &WorkerOptions) -> Command {
    let mut command = Command::new(&options.binary);
    if let Some(folder) = missing_library(&options.binary, options.python_env.as_deref()) {
        let variable = "LD_LIBRARY_PATH";
        let mut folders = folder.into_os_string();
        if let Some(others) = std::env::var_os(variable).filter(|others| !others.is_empty()) {
            folders.push(":");
            folders.push(others);
        }
        command.env(variable, folders);
    }
    command
}

/// Kills a child and reaps it.
pub(super) fn end_child(child: &mut Child) {
    // These fail only when the process is already gone, which is what we want.
    let _ = child.kill();
    let _ = child.wait();
    orphans::reaped(child.id());
}

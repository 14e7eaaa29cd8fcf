//! Owns the worker's options. They are written by vm-host, not by people. Must not know what they do.

use std::os::fd::RawFd;
use std::path::PathBuf;

use clap::Parser;

/// With the Python inside, by which the host chooses among workers.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (Python ",
    env!("HINT_WORKER_PYTHON_VERSION"),
    ")"
);

/// Serves the Python hints of one VM. Started by `vm-host`; not meant to be run by hand.
#[derive(Debug, Parser)]
#[command(version = VERSION, about)]
pub struct Arguments {
    /// The inherited socket to the host.
    #[arg(long, value_name = "FD", required_unless_present = "describe")]
    pub socket_fd: Option<RawFd>,
    /// The process that must be our parent; the worker ends when it is not.
    #[arg(long, value_name = "PID", default_value_t = 0)]
    pub parent_pid: u32,
    /// Virtual environment whose packages the hints see.
    #[arg(long, value_name = "DIR")]
    pub python_env: Option<PathBuf>,
    /// Serves fork requests on the socket instead of a session.
    #[arg(long)]
    pub zygote: bool,
    /// Modules that a zygote imports before it forks, if they are there.
    #[arg(long, value_name = "MODULE", value_delimiter = ',')]
    pub preload: Vec<String>,
    /// Prints the Python this worker embeds, as JSON, and ends.
    #[arg(long)]
    pub describe: bool,
}

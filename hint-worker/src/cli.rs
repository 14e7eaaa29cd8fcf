//! Owns the worker's options. They are written by vm-host, not by people. Must not know what they do.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};
use hint_proto::PROTOCOL_VERSION;

use crate::log::Threshold;

/// With the Python inside, by which the host chooses among workers.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let (version, commit) = (env!("CARGO_PKG_VERSION"), env!("HINT_WORKER_COMMIT"));
    let python = env!("HINT_WORKER_PYTHON_VERSION");
    format!("{version} ({commit}, protocol {PROTOCOL_VERSION}, Python {python})")
});

/// Serves the hints of one VM. Started by `vm-host`; not meant to be run by hand.
#[derive(Debug, Parser)]
#[command(version = VERSION.as_str(), about, subcommand_negates_reqs = true)]
pub struct Arguments {
    /// Something other than a session.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The inherited socket to the host.
    #[arg(long, value_name = "FD", required_unless_present = "describe")]
    pub socket_fd: Option<RawFd>,
    /// The process that must be our parent; the worker ends when it is not.
    #[arg(long, value_name = "PID", default_value_t = 0)]
    pub parent_pid: u32,
    /// The inherited socket on which a keeper of its own says how the worker ended.
    #[arg(long, value_name = "FD")]
    pub keeper_fd: Option<RawFd>,
    /// The inherited file in which the host keeps what stands on the terminal where hints print.
    #[arg(long, value_name = "FD")]
    pub terminal_fd: Option<RawFd>,
    /// The inherited pipe that gets the records of what hints log, beside stderr.
    #[arg(long, value_name = "FD")]
    pub records_fd: Option<RawFd>,
    /// From which level on what hints log goes to stderr: debug, info, warning, error, critical or off.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: Threshold,
    /// Virtual environment whose packages the hints see.
    #[arg(long, value_name = "DIR")]
    pub python_env: Option<PathBuf>,
    /// Closes the sandbox around each session before it begins.
    #[arg(long)]
    pub contained: bool,
    /// What hints of a contained session may read, beside what Python imports from.
    #[arg(long, value_name = "PATH")]
    pub reads: Vec<PathBuf>,
    /// Bytes of memory that a contained session may use.
    #[arg(long, value_name = "BYTES")]
    pub max_memory: Option<u64>,
    /// Seconds of processor time.
    #[arg(long, value_name = "SECONDS")]
    pub max_cpu: Option<u64>,
    /// Bytes of a file that it writes.
    #[arg(long, value_name = "BYTES")]
    pub max_file: Option<u64>,
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

/// What the worker does without a VM.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs a scenario of contracts.
    Contract(ContractArguments),
}

/// Which scenario, and how.
#[derive(Debug, Args)]
pub struct ContractArguments {
    /// The scenario file.
    pub file: PathBuf,
    /// The source of a contract that is not beside its scenario, as `NAME=FILE.rs`.
    #[arg(long, value_name = "NAME=FILE", value_parser = name_and_file)]
    pub source: Vec<(String, PathBuf)>,
    /// Prints all calls, storage accesses and events.
    #[arg(long)]
    pub trace: bool,
    /// The process that must be our parent; the worker ends when it is not.
    #[arg(long, value_name = "PID", default_value_t = 0)]
    pub parent_pid: u32,
}

fn name_and_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        _ => Err("NAME=FILE is expected".to_owned()),
    }
}

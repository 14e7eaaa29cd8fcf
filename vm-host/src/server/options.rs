//! What a server is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use crate::worker::{LaunchError, Spawner, WorkerOptions};

/// Options of a server.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The `hint-worker` binary.
    pub worker: PathBuf,
    /// The virtual environment whose packages hints see.
    pub python_env: Option<PathBuf>,
    /// Modules that every worker has imported before its program is known.
    pub preload: Vec<String>,
    /// Folders that hints import from, besides their environment.
    pub import_paths: Vec<String>,
    /// Threads that run VMs.
    pub threads: usize,
    /// How long running VMs may go on after the server was told to end.
    pub grace: Duration,
    /// Longest time of one hint; a VM may ask for less.
    pub hint_timeout: Duration,
    /// Largest number of steps of a run; a VM may ask for less.
    pub max_steps: u64,
    /// Largest gap that a hint may leave in a segment, in cells.
    pub max_memory_gap: u64,
    /// Most VMs at a time.
    pub max_vms: usize,
    /// Most connections at a time.
    pub max_connections: usize,
    /// How often a silent client is asked for a sign of life, which it then has 5 seconds to give; absent
    /// when it need not be, as a process may be stopped for as long as its user likes.
    pub keepalive: Option<Duration>,
    /// Most connections of one tenant: of a user on the Unix socket, of an address over TCP.
    pub max_connections_per_peer: usize,
    /// Largest compiled program.
    pub max_program_bytes: u64,
    /// Bytes of the programs that are kept.
    pub program_cache_bytes: u64,
    /// Most cells that a client may write into one VM.
    pub max_written_cells: u64,
    /// Most segments that a VM may have for its client to add another.
    pub max_segments: usize,
    /// Longest time that an unused VM without a connection is kept.
    pub max_time_to_live: Duration,
}

impl ServeOptions {
    /// Starts what makes the workers, and waits until it can: a worker that does not fit is known before anybody
    /// connects.
    ///
    /// # Errors
    /// [`LaunchError`] when no worker can be made.
    pub fn spawner(&self) -> Result<Spawner, LaunchError> {
        let worker = WorkerOptions {
            binary: self.worker.clone(),
            python_env: self.python_env.clone(),
        };
        Spawner::start(worker, self.preload.clone())
    }

    /// The defaults, with the worker at `worker`.
    #[must_use]
    pub fn new(worker: PathBuf) -> Self {
        Self {
            worker,
            python_env: None,
            preload: Vec::new(),
            import_paths: Vec::new(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            grace: Duration::from_secs(30),
            hint_timeout: Duration::from_secs(600),
            max_steps: u64::MAX,
            max_memory_gap: 1 << 20,
            max_vms: 1024,
            max_connections: 1024,
            keepalive: Some(Duration::from_secs(10)),
            max_connections_per_peer: 64,
            max_program_bytes: 64 << 20,
            program_cache_bytes: 512 << 20,
            max_written_cells: 1 << 24,
            max_segments: 1 << 16,
            max_time_to_live: Duration::from_secs(3600),
        }
    }
}

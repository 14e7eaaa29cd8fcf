//! What a server is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use super::connection::Tls;
use super::tenants::{TenantLimits, Tenants};
use crate::account::machine_memory;
use crate::run::Limits;
use crate::worker::{LaunchError, Sandbox, Spawner, WorkerOptions};

/// Options of a server.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The `hint-worker` binary.
    pub worker: PathBuf,
    /// The virtual environment whose packages hints see.
    pub python_env: Option<PathBuf>,
    /// The version of the workers' Python, for the metrics; absent when nobody asked.
    pub python_version: Option<String>,
    /// Modules that every worker has imported before its program is known.
    pub preload: Vec<String>,
    /// Folders that hints import from, besides their environment.
    pub import_paths: Vec<String>,
    /// What hints are confined to. Import paths are added to what they may read.
    pub sandbox: Sandbox,
    /// Threads that run VMs.
    pub threads: usize,
    /// How long running VMs may go on after the server was told to end.
    pub grace: Duration,
    /// Longest time of one hint; a VM may ask for less.
    pub hint_timeout: Duration,
    /// Largest number of steps of a run; a VM may ask for less.
    pub max_steps: u64,
    /// Bytes of memory of one VM; a VM may ask for less.
    pub max_memory: usize,
    /// Bytes of memory of all VMs together.
    pub max_total_memory: usize,
    /// What hints may do; a VM may ask for less.
    pub limits: Limits,
    /// Who may call; absent when everybody may who reaches the server.
    pub tenants: Option<Tenants>,
    /// What encrypts connections over TCP; absent when they are not.
    pub tls: Option<Tls>,
    /// Most VMs at a time.
    pub max_vms: usize,
    /// Most VMs of one tenant; absent for a quarter of all.
    pub max_vms_per_tenant: Option<usize>,
    /// Calls of one tenant in a second.
    pub calls_per_second: u64,
    /// VMs that one tenant may make in a second.
    pub vms_per_second: u64,
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
    /// Longest time that a VM without a connection is kept, used or not.
    pub max_lifetime: Duration,
    /// Longest time that a VM may spend in RunVm; absent without a bound.
    pub run_time: Option<Duration>,
    /// Most processor time of a VM and its worker; absent without a bound.
    pub cpu_time: Option<Duration>,
    /// Most bytes that the hints of a VM print; absent without a bound.
    pub max_output_bytes: Option<u64>,
}

/// VMs that one tenant may have although they are more than a quarter of all.
const FEW_VMS: usize = 16;
/// Calls that one tenant may make at a time.
const CALLS: u64 = 1024;
/// Programs that one tenant may upload at a time.
const UPLOADS: u64 = 64;
/// Bytes of them that have come so far: half of what all together may have.
const UPLOAD_BYTES: u64 = 256 << 20;
/// Programs of one tenant that are kept.
const PROGRAMS: u64 = 4096;

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
            sandbox: Sandbox {
                reads: self.import_paths.iter().map(PathBuf::from).collect(),
                ..self.sandbox.clone()
            },
        };
        Spawner::start(worker, self.preload.clone())
    }

    /// What a tenant may have of whom nothing else is said.
    #[must_use]
    pub fn tenant_limits(&self) -> TenantLimits {
        let share = (self.max_vms / 4).max(FEW_VMS).min(self.max_vms);
        TenantLimits {
            max_vms: self.max_vms_per_tenant.unwrap_or(share) as u64,
            max_connections: self.max_connections_per_peer as u64,
            max_calls: CALLS,
            calls_per_second: self.calls_per_second,
            vms_per_second: self.vms_per_second,
            max_uploads: UPLOADS,
            max_upload_bytes: UPLOAD_BYTES,
            max_programs: PROGRAMS,
            max_program_bytes: self.program_cache_bytes,
            max_steps: self.max_steps,
            max_memory_bytes: self.max_memory as u64,
            max_segments: self.limits.segments,
            hint_time: self.hint_timeout,
            run_time: self.run_time,
            cpu_time: self.cpu_time,
            max_output_bytes: self.max_output_bytes,
            time_to_live: self.max_time_to_live,
            lifetime: self.max_lifetime,
        }
    }

    /// Who may call.
    pub(super) fn tenants(&self) -> Tenants {
        let peers = || Tenants::peers(self.tenant_limits());
        self.tenants.clone().unwrap_or_else(peers)
    }

    /// The defaults, with the worker at `worker`.
    #[must_use]
    pub fn new(worker: PathBuf) -> Self {
        Self {
            worker,
            python_env: None,
            python_version: None,
            preload: Vec::new(),
            import_paths: Vec::new(),
            sandbox: Sandbox::contained(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            grace: Duration::from_secs(30),
            hint_timeout: Duration::from_secs(600),
            max_steps: u64::MAX,
            max_memory: (machine_memory() / 4).min(4 << 30),
            max_total_memory: machine_memory() / 4 * 3,
            limits: Limits {
                error_text: 128 << 10,
                ..Limits::default()
            },
            tenants: None,
            tls: None,
            max_vms: 1024,
            max_vms_per_tenant: None,
            calls_per_second: 10_000,
            vms_per_second: 500,
            max_connections: 1024,
            keepalive: Some(Duration::from_secs(10)),
            max_connections_per_peer: 64,
            max_program_bytes: 64 << 20,
            program_cache_bytes: 512 << 20,
            max_written_cells: 1 << 24,
            max_segments: 1 << 16,
            max_time_to_live: Duration::from_secs(3600),
            max_lifetime: Duration::from_secs(24 * 3600),
            run_time: None,
            cpu_time: None,
            max_output_bytes: None,
        }
    }
}

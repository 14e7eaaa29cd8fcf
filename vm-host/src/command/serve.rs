//! The command `vm-host serve`: its options; listen, say where, serve until a signal.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rustix::process::{Resource, Rlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::logging::LogFormat;
use super::sandbox::SandboxArgs;
use super::{CommandError, ExitCode, survive_file_limits};
use crate::run::Limits;
use crate::server::{Listeners, ServeOptions, Tenants, TenantsError, Tls, run};
use crate::worker::{
    Profile, PythonEnvironment, WorkerChoice, WorkerNotFound, choose_worker, embedded_version,
};

/// Serves VMs to clients over gRPC.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one. Without --tenants, whoever reaches it may run programs
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Unix socket to listen on, for this user only, or with --tenants for all users that it names
    #[arg(long, value_name = "PATH")]
    pub unix: Option<PathBuf>,

    /// File of those who may call, and what they may have; read again when it changes. `vm-host token` makes
    /// their tokens
    #[arg(long, value_name = "FILE")]
    pub tenants: Option<PathBuf>,

    /// Certificate of the TCP address, PEM: connections are encrypted
    #[arg(long = "tls-cert", value_name = "FILE", requires_all = ["listen", "tls_key"])]
    pub tls_cert: Option<PathBuf>,

    /// Its private key
    #[arg(long = "tls-key", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Authority whose client certificates name tenants
    #[arg(long = "tls-client-ca", value_name = "FILE", requires_all = ["tls_cert", "tenants"])]
    pub tls_client_ca: Option<PathBuf>,

    /// Listen for everybody, also where other machines reach the address
    #[arg(long)]
    pub insecure: bool,

    /// File that the TCP address is written to when the server listens
    #[arg(long = "address-file", value_name = "FILE", requires = "listen")]
    pub address_file: Option<PathBuf>,

    /// Where Prometheus asks for the metrics, over HTTP: ADDRESS:PORT, or unix:PATH. Whoever reaches it sees
    /// the names of tenants
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<Place>,

    /// Collector of OpenTelemetry that gets the spans of calls, runs and hints: http://HOST:4317, gRPC
    #[arg(long, value_name = "ENDPOINT", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp: Option<String>,

    /// Seconds that VMs at work may go on after SIGTERM, SIGINT or SIGHUP; a second signal ends them at once
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub grace: u64,

    /// End at once when standard input ends: for a server that belongs to the process at its other end
    #[arg(long = "exit-with-parent")]
    pub exit_with_parent: bool,

    /// VMs at work at a time (default: one for each core)
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<usize>,

    /// Virtual environment that hints import from (default: the active one)
    #[arg(long = "python-env", value_name = "DIR")]
    pub python_env: Option<PathBuf>,

    /// Folder that hints import from, too; may be given several times
    #[arg(long = "import-path", value_name = "DIR")]
    pub import_path: Vec<String>,

    /// The hint worker's executable (default: `hint-worker` beside this executable)
    #[arg(long = "hint-worker", value_name = "FILE", env = "CAIROHINTS_WORKER")]
    pub hint_worker: Option<PathBuf>,

    /// Python modules that every worker has imported beforehand
    #[arg(long, value_name = "MODULES", value_delimiter = ',')]
    pub preload: Vec<String>,

    #[command(flatten)]
    pub sandbox: SandboxArgs,

    /// Longest time for one hint in seconds
    #[arg(long = "hint-timeout", value_name = "SECONDS", default_value_t = 600)]
    pub hint_timeout: u64,

    /// Most steps of a run
    #[arg(long = "max-steps", value_name = "STEPS")]
    pub max_steps: Option<u64>,

    /// Largest gap, in cells, that a hint may leave in a segment
    #[arg(long = "max-memory-gap", value_name = "CELLS", default_value_t = 1 << 20)]
    pub max_memory_gap: u64,

    /// Bytes of memory of one VM, besides those of its hint worker (default: a quarter of the machine's, at most 4 GiB)
    #[arg(long = "max-memory", value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_memory: Option<u64>,

    /// Bytes of memory of all VMs together, besides those of their hint workers (default: three quarters of the machine's)
    #[arg(long = "max-total-memory", value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_total_memory: Option<u64>,

    /// Most segments of a VM
    #[arg(long = "max-segments", value_name = "COUNT")]
    pub max_segments: Option<u64>,

    /// Most cells that one hint may write
    #[arg(long = "max-hint-cells", value_name = "CELLS")]
    pub max_hint_cells: Option<u64>,

    /// Most bytes of each text of a failure; longer ones are cut
    #[arg(long = "max-error-text", value_name = "BYTES")]
    pub max_error_text: Option<u64>,

    /// Most VMs at a time
    #[arg(long = "max-vms", value_name = "COUNT", default_value_t = 1024)]
    pub max_vms: usize,

    /// Most VMs of one tenant (default: a quarter of all)
    #[arg(long = "max-vms-per-tenant", value_name = "COUNT")]
    pub max_vms_per_tenant: Option<usize>,

    /// Calls of one tenant in a second; five times as many may come at once
    #[arg(long = "calls-per-second", value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub calls_per_second: u64,

    /// VMs that one tenant may make in a second; five times as many may come at once
    #[arg(long = "vms-per-second", value_name = "COUNT", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub vms_per_second: u64,

    /// Longest time in seconds that a VM may spend running
    #[arg(long = "run-timeout", value_name = "SECONDS")]
    pub run_timeout: Option<u64>,

    /// Most processor time in seconds of a VM and its worker
    #[arg(long = "cpu-time", value_name = "SECONDS")]
    pub cpu_time: Option<u64>,

    /// Most bytes that the hints of a VM print and log
    #[arg(long = "max-output-bytes", value_name = "BYTES")]
    pub max_output_bytes: Option<u64>,

    /// Most connections at a time; a quarter of them is the Unix socket's
    #[arg(long = "max-connections", value_name = "COUNT", default_value_t = 1024)]
    pub max_connections: usize,

    /// Most connections of one user on the Unix socket, or of one address over TCP
    #[arg(
        long = "max-connections-per-peer",
        value_name = "COUNT",
        default_value_t = 64
    )]
    pub max_connections_per_peer: usize,

    /// Largest compiled program in bytes
    #[arg(long = "max-program-bytes", value_name = "BYTES", default_value_t = 64 << 20)]
    pub max_program_bytes: u64,

    /// Form of the log on stderr; the variable RUST_LOG says which lines (default: warn,vm_host=info,cairo_vm=off)
    #[arg(
        long = "log-format",
        value_enum,
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,

    /// Bytes of uploaded programs that are kept
    #[arg(long = "program-cache-bytes", value_name = "BYTES", default_value_t = 512 << 20)]
    pub program_cache_bytes: u64,
}

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Over TCP.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || "use ADDRESS:PORT, such as 127.0.0.1:9464, or unix:PATH".to_owned();
        match text.strip_prefix("unix:") {
            Some("") => Err(bad()),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_| bad()),
        }
    }
}

impl ServeArgs {
    /// The server's options. Says on stderr when hints go without the active environment.
    ///
    /// # Errors
    /// [`WorkerNotFound`] when there is no worker binary.
    pub(super) fn options(&self) -> Result<ServeOptions, WorkerNotFound> {
        let environment =
            PythonEnvironment::of(self.python_env.clone(), std::env::var_os("VIRTUAL_ENV"));
        let WorkerChoice { worker, warning } =
            choose_worker(self.hint_worker.as_deref(), &environment)?;
        if let Some(warning) = warning {
            notice!("warning: {warning}");
        }
        let defaults = ServeOptions::new(worker.binary);
        Ok(ServeOptions {
            python_env: worker.python_env,
            preload: self.preload.clone(),
            import_paths: self.import_path.clone(),
            sandbox: self.sandbox.resolve(self.trust(), Vec::new()),
            threads: self.threads.unwrap_or(defaults.threads),
            grace: Duration::from_secs(self.grace),
            hint_timeout: Duration::from_secs(self.hint_timeout.max(1)),
            max_steps: self.max_steps.unwrap_or(defaults.max_steps),
            max_memory: self.max_memory.map_or(defaults.max_memory, whole),
            max_total_memory: self
                .max_total_memory
                .map_or(defaults.max_total_memory, whole),
            limits: Limits {
                gap: self.max_memory_gap,
                segments: self.max_segments.unwrap_or(defaults.limits.segments),
                cells_per_hint: self
                    .max_hint_cells
                    .unwrap_or(defaults.limits.cells_per_hint),
                error_text: self
                    .max_error_text
                    .map_or(defaults.limits.error_text, whole),
                ..defaults.limits
            },
            max_vms: self.max_vms,
            // The client of a private server is its only one.
            max_vms_per_tenant: self
                .max_vms_per_tenant
                .or(self.exit_with_parent.then_some(self.max_vms)),
            calls_per_second: self.rate(self.calls_per_second),
            vms_per_second: self.rate(self.vms_per_second),
            run_time: self.run_timeout.map(Duration::from_secs),
            cpu_time: self.cpu_time.map(Duration::from_secs),
            max_output_bytes: self.max_output_bytes,
            max_connections: self.max_connections,
            // Such a client's end is noticed anyway: standard input ends with it.
            keepalive: ServeOptions::new(PathBuf::new())
                .keepalive
                .filter(|_| !self.exit_with_parent),
            max_connections_per_peer: self.max_connections_per_peer,
            max_program_bytes: self.max_program_bytes,
            program_cache_bytes: self.program_cache_bytes,
            ..defaults
        })
    }
}

impl ServeArgs {
    /// How often something may come; as often as it does from the one client of a private server.
    fn rate(&self, per_second: u64) -> u64 {
        match self.exit_with_parent {
            true => u64::MAX,
            false => per_second,
        }
    }

    /// How far hints are trusted when nobody says it: a server that belongs to one process serves the user's own, as
    /// `run` does.
    fn trust(&self) -> Profile {
        match self.exit_with_parent {
            true => Profile::Trusted,
            false => Profile::Contained,
        }
    }
}

/// A number of bytes in memory.
fn whole(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Serves as the arguments say.
///
/// # Errors
/// [`CommandError`] with what to print and the exit code.
pub(super) async fn serve(arguments: &ServeArgs) -> Result<(), CommandError> {
    if arguments.listen.is_none() && arguments.unix.is_none() {
        let text =
            "there is no place to listen\nhint: give --listen ADDRESS:PORT, --unix PATH, or both";
        return Err(CommandError::new(ExitCode::Usage, text));
    }
    check_openness(arguments)?;
    let mut options = arguments
        .options()
        .map_err(|error| CommandError::new(ExitCode::Environment, error))?;
    options.tenants = arguments.tenants(&options)?;
    options.tls = arguments.tls()?;
    let spawner = options
        .spawner()
        .map_err(|error| CommandError::from(&error))?;
    // After the zygote was started: hints keep the limit that they were given.
    allow_all_descriptors();
    let internal = |error: std::io::Error| CommandError::new(ExitCode::Internal, error);
    survive_file_limits().map_err(internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(internal)?;
    // Whoever started it with nohup wants it to go on.
    let mut hangup = match ignores_hangup() {
        true => None,
        false => Some(signal(SignalKind::hangup()).map_err(internal)?),
    };
    let mut quit = signal(SignalKind::quit()).map_err(internal)?;
    let mut listeners = Listeners::bind(arguments.listen, arguments.unix.as_deref())
        .await
        .map_err(|error| CommandError::new(ExitCode::CannotWrite, error))?;
    if options.tenants.is_some() {
        listeners
            .admit_all_users()
            .map_err(|error| CommandError::new(ExitCode::CannotWrite, error))?;
    }
    if let Some(address) = listeners.address() {
        say_listening(arguments.log_format, &address.to_string());
        if let Some(path) = &arguments.address_file {
            write_whole(path, &format!("{address}\n")).map_err(|error| {
                let text = format!("cannot write `{}`: `{error}`", path.display());
                CommandError::new(ExitCode::CannotWrite, text)
            })?;
        }
    }
    if let Some(path) = &arguments.unix {
        say_listening(arguments.log_format, &format!("unix:{}", path.display()));
    }
    if let Some(place) = &arguments.metrics {
        let metrics = listen_for_metrics(place, arguments.log_format).await?;
        listeners.serve_metrics(metrics);
        options.python_version = embedded_version(&options.worker);
    }
    say_sandbox(arguments.log_format, spawner.sandbox());
    let (first, signalled) = oneshot::channel::<()>();
    let parent = arguments.exit_with_parent.then(parent_gone).transpose();
    let mut parent = parent.map_err(internal)?;
    let drain = async {
        // Dropping the sender does it, too.
        let _ = signalled.await;
    };
    let end = async move {
        let mut first = Some(first);
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = async { match &mut hangup {
                    Some(hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                } } => {}
                _ = quit.recv() => return,
                () = async { match &mut parent {
                    // Its thread drops the sender.
                    Some(parent) => drop(parent.await),
                    None => std::future::pending().await,
                } } => return,
            }
            if first.take().is_none() {
                return;
            }
        }
    };
    run(options, spawner, listeners, drain, end)
        .await
        .map_err(|error| CommandError::new(ExitCode::Internal, error))
}

impl ServeArgs {
    /// Those who may call, if there is a file of them.
    fn tenants(&self, options: &ServeOptions) -> Result<Option<Tenants>, CommandError> {
        let open = |path: &PathBuf| Tenants::of_file(path, options.tenant_limits());
        let opened = self.tenants.as_ref().map(open).transpose();
        opened.map_err(|error| {
            let code = match &error {
                TenantsError::Read(..) => ExitCode::NoInput,
                TenantsError::Bad(..) => ExitCode::BadInput,
            };
            CommandError::new(code, error)
        })
    }

    /// What encrypts connections, if something does.
    fn tls(&self) -> Result<Option<Tls>, CommandError> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(None);
        };
        let opened = Tls::open(certificate, key, self.tls_client_ca.as_deref());
        opened
            .map(Some)
            .map_err(|error| CommandError::new(ExitCode::BadInput, error))
    }
}

/// Refuses to serve everybody where other machines may call, unless that is what is wanted.
fn check_openness(arguments: &ServeArgs) -> Result<(), CommandError> {
    let Some(address) = arguments.listen else {
        return Ok(());
    };
    if address.ip().to_canonical().is_loopback() || arguments.insecure {
        return Ok(());
    }
    if arguments.tenants.is_none() {
        let text = format!(
            "cannot listen on `{address}`: whoever reaches it could run programs\n\
             hint: say who may call with --tenants FILE, listen on 127.0.0.1, or give --insecure"
        );
        return Err(CommandError::new(ExitCode::Usage, text));
    }
    if arguments.tls_cert.is_none() {
        notice!(
            "warning: tokens and programs reach `{address}` unencrypted\n\
             hint: give --tls-cert and --tls-key"
        );
    }
    Ok(())
}

/// Opens the socket of the metrics, and says where it is.
async fn listen_for_metrics(place: &Place, format: LogFormat) -> Result<Listeners, CommandError> {
    let (address, path) = match place {
        Place::Tcp(address) => (Some(*address), None),
        Place::Unix(path) => (None, Some(path.as_path())),
    };
    let listeners = Listeners::bind(address, path)
        .await
        .map_err(|error| CommandError::new(ExitCode::CannotWrite, error))?;
    let place = match (place, listeners.address()) {
        (Place::Unix(path), _) => format!("unix:{}", path.display()),
        (Place::Tcp(asked), bound) => bound.unwrap_or(*asked).to_string(),
    };
    match format {
        LogFormat::Text => notice!("metrics on {place}"),
        LogFormat::Json => tracing::info!(address = place, "metrics"),
    }
    Ok(listeners)
}

/// Says where the server is; a log for programs has no other lines.
fn say_listening(format: LogFormat, address: &str) {
    match format {
        LogFormat::Text => notice!("listening on {address}"),
        LogFormat::Json => tracing::info!(address, "listening"),
    }
}

/// Raises the soft limit of descriptors to the hard one: the soft one is for programs that use `select`, and far
/// below what as many connections and VMs as are allowed need.
fn allow_all_descriptors() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, raised) {
        tracing::debug!("the limit of descriptors stays as it is: `{error}`");
    }
}

/// Whether the process was started with SIGHUP ignored.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is the first.
    ignored.is_some_and(|mask| mask & 1 == 1)
}

/// Says what hints are confined to.
fn say_sandbox(format: LogFormat, line: &str) {
    match format {
        LogFormat::Text => notice!("{line}"),
        LogFormat::Json => tracing::info!("{line}"),
    }
}

/// Done when standard input ends. A process that starts a server keeps the other end open; the kernel closes
/// it when that process ends, however it does.
fn parent_gone() -> std::io::Result<oneshot::Receiver<()>> {
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            drop(tell);
        })?;
    Ok(told)
}

/// Whoever waits for the file must never see half of it.
fn write_whole(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    std::fs::write(&name, text)?;
    std::fs::rename(&name, path)
}

//! The command `vm-host serve`: its options; listen, say where, serve until a signal.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::logging::LogFormat;
use super::{CommandError, ExitCode};
use crate::server::{Listeners, ServeOptions, run};
use crate::worker::{PythonEnvironment, WorkerChoice, WorkerNotFound, choose_worker};

/// Serves VMs to clients over gRPC.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one. Whoever reaches it may run programs
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Unix socket to listen on, for this user only
    #[arg(long, value_name = "PATH")]
    pub unix: Option<PathBuf>,

    /// File that the TCP address is written to when the server listens
    #[arg(long = "address-file", value_name = "FILE", requires = "listen")]
    pub address_file: Option<PathBuf>,

    /// Seconds that VMs at work may go on after SIGTERM or SIGINT; a second signal ends them at once
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

    /// Longest time for one hint in seconds
    #[arg(long = "hint-timeout", value_name = "SECONDS", default_value_t = 600)]
    pub hint_timeout: u64,

    /// Most steps of a run
    #[arg(long = "max-steps", value_name = "STEPS")]
    pub max_steps: Option<u64>,

    /// Largest gap, in cells, that a hint may leave in a segment
    #[arg(long = "max-memory-gap", value_name = "CELLS", default_value_t = 1 << 20)]
    pub max_memory_gap: u64,

    /// Most VMs at a time
    #[arg(long = "max-vms", value_name = "COUNT", default_value_t = 1024)]
    pub max_vms: usize,

    /// Most connections at a time
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
            eprintln!("warning: {warning}");
        }
        let defaults = ServeOptions::new(worker.binary);
        Ok(ServeOptions {
            python_env: worker.python_env,
            preload: self.preload.clone(),
            import_paths: self.import_path.clone(),
            threads: self.threads.unwrap_or(defaults.threads),
            grace: Duration::from_secs(self.grace),
            hint_timeout: Duration::from_secs(self.hint_timeout.max(1)),
            max_steps: self.max_steps.unwrap_or(defaults.max_steps),
            max_memory_gap: self.max_memory_gap,
            max_vms: self.max_vms,
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
    let options = arguments
        .options()
        .map_err(|error| CommandError::new(ExitCode::Environment, error))?;
    let spawner = options
        .spawner()
        .map_err(|error| CommandError::from(&error))?;
    let internal = |error: std::io::Error| CommandError::new(ExitCode::Internal, error);
    let mut terminate = signal(SignalKind::terminate()).map_err(internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(internal)?;
    let listeners = Listeners::bind(arguments.listen, arguments.unix.as_deref())
        .await
        .map_err(|error| CommandError::new(ExitCode::CannotWrite, error))?;
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

/// Says where the server is; a log for programs has no other lines.
fn say_listening(format: LogFormat, address: &str) {
    match format {
        LogFormat::Text => eprintln!("listening on {address}"),
        LogFormat::Json => tracing::info!(address, "listening"),
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

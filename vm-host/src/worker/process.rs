//! The worker process: spawn it with one end of a socket pair, learn how it ended, leave nothing
//! behind.

use std::ffi::OsString;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use tokio::time::Instant;

use super::embedded::missing_library;
use super::orphans;
use super::terminal::SharedTerminal;

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The `hint-worker` binary.
    pub binary: PathBuf,
    /// The virtual environment whose packages hints see.
    pub python_env: Option<PathBuf>,
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
    /// The zygote does not fork.
    #[error("the zygote of the hint workers does not answer: `{0}`")]
    Zygote(#[source] std::io::Error),
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Killed by a signal.
    Signal(i32),
    /// It exited by itself.
    Exit(i32),
    /// It lived on without its connection and was killed.
    Disconnected,
    /// It was a client, which ended its stream.
    Detached,
}

impl std::fmt::Display for Death {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signal(signal) => match signal_name(*signal) {
                Some(name) => write!(formatter, "it was killed by signal `{signal}` ({name})"),
                None => write!(formatter, "it was killed by signal `{signal}`"),
            },
            Self::Exit(code) => write!(formatter, "it exited with code `{code}`"),
            Self::Disconnected => write!(formatter, "it closed its connection"),
            Self::Detached => write!(formatter, "its client detached"),
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        2 => "SIGINT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

/// How long a worker may take to end after its connection closed.
const LAST_GASP: Duration = Duration::from_secs(2);

/// How long a killed worker may take to be gone, before what it leaves behind can be found.
const KILLED: Timespec = Timespec {
    tv_sec: 1,
    tv_nsec: 0,
};

/// A live worker. Dropping it kills the process and leaves nothing behind.
#[derive(Debug)]
pub struct WorkerProcess {
    handle: Handle,
}

#[derive(Debug)]
enum Handle {
    /// Our own child.
    Child(Child),
    /// A child of the zygote, which reaps it and reports its end.
    Forked {
        pid: u32,
        process: OwnedFd,
        ended: OwnedFd,
    },
}

impl WorkerProcess {
    /// Starts a worker; returns it with our end of its socket. The worker ends when the calling
    /// thread ends.
    ///
    /// # Errors
    /// [`SpawnError`] when there is no socket or the binary does not start.
    pub fn spawn(options: &WorkerOptions) -> Result<(Self, UnixStream), SpawnError> {
        Self::spawn_on(options, None)
    }

    /// The same, for a worker that prints on a terminal where this process shows a line.
    pub(super) fn spawn_on(
        options: &WorkerOptions,
        terminal: Option<&SharedTerminal>,
    ) -> Result<(Self, UnixStream), SpawnError> {
        let terminal = terminal.map(|terminal| terminal.descriptor().to_string());
        let arguments: Vec<OsString> = terminal
            .into_iter()
            .flat_map(|descriptor| ["--terminal-fd".into(), descriptor.into()])
            .collect();
        let (child, ours) = spawn_with_socket(options, &arguments, Stdio::inherit())?;
        Ok((
            Self {
                handle: Handle::Child(child),
            },
            ours,
        ))
    }

    /// A worker that the zygote forked. `process` is a descriptor of the process, `ended` the pipe on
    /// which the zygote reports its end.
    pub(super) fn forked(pid: u32, process: OwnedFd, ended: OwnedFd) -> Self {
        Self {
            handle: Handle::Forked {
                pid,
                process,
                ended,
            },
        }
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        match &self.handle {
            Handle::Child(child) => child.id(),
            Handle::Forked { pid, .. } => *pid,
        }
    }

    /// Waits, for a bounded time, for the end of a worker whose connection is closed.
    pub async fn death(&mut self) -> Death {
        let deadline = Instant::now() + LAST_GASP;
        loop {
            match self.ended() {
                Some(death) => return death,
                None if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                None => {
                    self.kill();
                    return Death::Disconnected;
                }
            }
        }
    }

    /// How the worker ended, if it has.
    fn ended(&mut self) -> Option<Death> {
        match &mut self.handle {
            Handle::Child(child) => child.try_wait().ok().flatten().map(death_of),
            Handle::Forked { ended, .. } => {
                let mut report = [0; 8];
                match rustix::io::read(&*ended, &mut report) {
                    Ok(8) => {
                        let [a, b, c, d, e, f, g, h] = report;
                        let signal = i32::from_le_bytes([a, b, c, d]);
                        let code = i32::from_le_bytes([e, f, g, h]);
                        Some(if signal == 0 {
                            Death::Exit(code)
                        } else {
                            Death::Signal(signal)
                        })
                    }
                    Err(rustix::io::Errno::AGAIN) => None,
                    // The zygote died, and its workers with it.
                    _ => Some(Death::Signal(Signal::KILL.as_raw())),
                }
            }
        }
    }

    /// Kills the worker and reaps it, and ends what it leaves behind. Does nothing if that was done.
    pub fn kill(&mut self) {
        match &mut self.handle {
            Handle::Child(child) => {
                end_child(child);
            }
            Handle::Forked { process, .. } => {
                let _ = rustix::process::pidfd_send_signal(&*process, Signal::KILL);
                let _ = poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&KILLED));
            }
        }
        orphans::end_all();
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.kill();
    }
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

/// Starts the worker binary with one end of a new socket pair; returns the other end.
pub(super) fn spawn_with_socket(
    options: &WorkerOptions,
    more_arguments: &[OsString],
    stdin: Stdio,
) -> Result<(Child, UnixStream), SpawnError> {
    let (ours, theirs) = UnixStream::pair().map_err(SpawnError::Socket)?;
    let mut arguments: Vec<OsString> = vec![
        "--socket-fd".into(),
        theirs.as_raw_fd().to_string().into(),
        "--parent-pid".into(),
        std::process::id().to_string().into(),
    ];
    if let Some(folder) = &options.python_env {
        arguments.extend(["--python-env".into(), folder.into()]);
    }
    arguments.extend_from_slice(more_arguments);
    let mut command = command(options);
    // Descriptors are inheritable only while this is held, so that no other child gets them.
    let starting = orphans::starting();
    rustix::io::fcntl_setfd(&theirs, rustix::io::FdFlags::empty())
        .map_err(|error| SpawnError::Socket(error.into()))?;
    let child = command
        .args(arguments)
        .stdin(stdin)
        .spawn()
        .map_err(|source| SpawnError::Start {
            binary: options.binary.clone(),
            source,
        })?;
    starting.started(child.id());
    Ok((child, ours))
}

/// Kills a child and reaps it.
pub(super) fn end_child(child: &mut Child) {
    // These fail only when the process is already gone, which is what we want.
    let _ = child.kill();
    let _ = child.wait();
    orphans::reaped(child.id());
}

/// How a process ended.
pub(super) fn death_of(status: ExitStatus) -> Death {
    match (status.code(), status.signal()) {
        (_, Some(signal)) => Death::Signal(signal),
        (code, None) => Death::Exit(code.unwrap_or_default()),
    }
}

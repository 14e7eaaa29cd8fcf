//! The worker process: spawn it with one end of a socket pair, notice its end, learn how it ended, leave nothing
//! behind.

use std::cell::{Cell, OnceCell};
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use hint_proto::processes::Ended;
use hint_proto::v1::Posture;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, pidfd_send_signal};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

use super::binary::{SpawnError, WorkerOptions};
use super::census::{Census, Listed, WorkerEnd};
use super::cgroup::WorkerGroup;
use super::death::{Death, Excess};
use super::keeper::Keeper;
use super::log_level::HintLogLevel;
use super::orphans;
use super::record_pipe::RecordPipe;
use super::sandbox::{Sandbox, SandboxError};
use super::terminal::SharedTerminal;
use super::usage;

/// How long a worker may take to end after its connection closed.
const LAST_GASP: Duration = Duration::from_secs(2);

/// What the kernel says to who has used up its processor time.
const SIGXCPU: i32 = 24;
/// How long a killed worker may take to be gone, before what it leaves behind can be found.
const KILLED: Timespec = Timespec {
    tv_sec: 1,
    tv_nsec: 0,
};

/// A live worker. Dropping it kills the process and leaves nothing behind.
#[derive(Debug)]
pub struct WorkerProcess {
    pid: u32,
    /// A descriptor of the process, which is readable when it has ended.
    process: Arc<OwnedFd>,
    /// The same for the runtime in which somebody waits for its end.
    watched: OnceCell<AsyncFd<Arc<OwnedFd>>>,
    sandbox: Arc<Sandbox>,
    /// Why it was killed by us.
    excess: Cell<Option<Excess>>,
    parent: Parent,
    /// The control group that it is in, if there is one. Removed when the process is gone.
    group: Option<WorkerGroup>,
    /// Its place among the workers of a server, if it is one of theirs.
    listed: Option<Listed>,
    /// Why it was ended, when somebody had a reason.
    blamed: Option<WorkerEnd>,
}

/// Held by the workers of a zygote, which lives until none is left.
#[derive(Debug)]
pub(super) struct ZygoteLife {
    /// What they are confined to.
    pub(super) sandbox: Arc<Sandbox>,
    /// Which layers were in force when the zygote tried.
    pub(super) posture: Posture,
}

/// Who reaps a worker and says how it ended, when nothing is left below.
#[derive(Debug)]
enum Parent {
    /// A keeper of its own.
    Keeper(Keeper),
    /// The zygote, which writes into this pipe. It lives at least as long as this.
    Zygote {
        ended: OwnedFd,
        zygote: Arc<ZygoteLife>,
    },
}

impl WorkerProcess {
    /// Starts a worker; returns it with our end of its socket.
    ///
    /// # Errors
    /// [`SpawnError`] when there is no socket or the binary does not start.
    pub fn spawn(options: &WorkerOptions) -> Result<(Self, UnixStream), SpawnError> {
        Self::spawn_on(options, HintLogLevel::default(), None, None)
    }

    /// The same, for a worker that shows what hints log from a level on, prints on a terminal where this process shows
    /// a line, and writes its log into a pipe as well.
    pub(super) fn spawn_on(
        options: &WorkerOptions,
        log_level: HintLogLevel,
        terminal: Option<&SharedTerminal>,
        records: Option<&RecordPipe>,
    ) -> Result<(Self, UnixStream), SpawnError> {
        let terminal = terminal.map(|terminal| terminal.descriptor().to_string());
        let mut arguments: Vec<OsString> = vec!["--log-level".into(), log_level.argument().into()];
        if let Some(descriptor) = terminal {
            arguments.extend(["--terminal-fd".into(), descriptor.into()]);
        }
        if let Some(records) = records {
            let descriptor = records.descriptor().to_string();
            arguments.extend(["--records-fd".into(), descriptor.into()]);
        }
        let (keeper, ours) = Keeper::spawn(options, &arguments, Stdio::inherit())?;
        let worker = Self {
            pid: keeper.id(),
            process: keeper.process(),
            watched: OnceCell::new(),
            sandbox: Arc::new(options.sandbox.clone()),
            excess: Cell::new(None),
            parent: Parent::Keeper(keeper),
            group: None,
            listed: None,
            blamed: None,
        };
        Ok((worker, ours))
    }

    /// A worker that the zygote forked. `process` is a descriptor of the process, `ended` the pipe on
    /// which the zygote reports its end.
    pub(super) fn forked(
        pid: u32,
        process: OwnedFd,
        ended: OwnedFd,
        zygote: Arc<ZygoteLife>,
    ) -> Self {
        Self {
            pid,
            process: Arc::new(process),
            watched: OnceCell::new(),
            sandbox: Arc::clone(&zygote.sandbox),
            excess: Cell::new(None),
            parent: Parent::Zygote { ended, zygote },
            group: None,
            listed: None,
            blamed: None,
        }
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.pid
    }

    /// A descriptor of the process.
    pub(super) fn descriptor(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.process)
    }

    /// What it is confined to.
    pub(super) fn sandbox(&self) -> &Arc<Sandbox> {
        &self.sandbox
    }

    /// It is one of a server's from now on.
    pub(super) fn listed(&mut self, census: &Census) {
        self.listed = Some(census.list(self.pid));
    }

    /// Notes why it is about to be ended, unless there was a reason before.
    pub(crate) fn blame(&mut self, why: WorkerEnd) {
        self.blamed.get_or_insert(why);
    }

    /// It is in this group now, and ends with it.
    pub(crate) fn grouped(&mut self, group: Option<WorkerGroup>) {
        self.group = group;
    }

    /// Done when the process has ended, whoever still holds its socket. Ends it when it uses more than it may.
    pub(super) async fn gone(&self) {
        let watched = match self.watched.get() {
            Some(watched) => Ok(watched),
            None => watch(&self.process).map(|watched| self.watched.get_or_init(|| watched)),
        };
        let ended = async {
            match &watched {
                Ok(watched) => drop(watched.readable().await),
                // Then its socket must do.
                Err(_) => std::future::pending().await,
            }
        };
        let mut ended = pin!(ended);
        while tokio::time::timeout(usage::INTERVAL, ended.as_mut())
            .await
            .is_err()
        {
            if let Some(excess) = usage::excess(self.pid, &self.sandbox.limits) {
                self.excess.set(Some(excess));
                let _ = pidfd_send_signal(&*self.process, Signal::KILL);
                return;
            }
        }
    }

    /// Takes what a worker says of its layers before it gets a hint. One with a keeper of its own is the only one,
    /// and people are told.
    ///
    /// # Errors
    /// [`SandboxError`] when it must not get one.
    pub(crate) fn accept(&self, posture: Option<Posture>) -> Result<(), SandboxError> {
        if !self.sandbox.confines() {
            return Ok(());
        }
        let posture = posture.unwrap_or_default();
        match &self.parent {
            Parent::Keeper(_) => notice!("{}", self.sandbox.accept(&posture)?),
            Parent::Zygote { zygote, .. } if zygote.posture == posture => {}
            Parent::Zygote { .. } => {
                return Err(SandboxError::Changed(posture.missing.join("; ")));
            }
        }
        Ok(())
    }

    /// Whether the user can talk with its hints: not where it has no standard input.
    pub(crate) fn has_terminal(&self) -> bool {
        matches!(self.parent, Parent::Keeper(_))
    }

    /// Waits, for a bounded time, for the end of a worker whose connection is closed.
    pub async fn death(&mut self) -> Death {
        let deadline = Instant::now() + LAST_GASP;
        loop {
            match self.ended() {
                Some(death) => {
                    self.blame(death.into());
                    return death;
                }
                None if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                None => {
                    self.blame(WorkerEnd::Disconnected);
                    self.kill();
                    return Death::Disconnected;
                }
            }
        }
    }

    /// How the worker ended, if it has.
    fn ended(&mut self) -> Option<Death> {
        let death = self.reported()?;
        let cpu = self
            .sandbox
            .limits
            .cpu
            .filter(|_| death == Death::Signal(SIGXCPU));
        let cpu = cpu.map(|limit| Excess {
            of: "seconds of processor time",
            limit,
            used: limit,
        });
        let group = self
            .group
            .as_ref()
            .filter(|_| death == Death::Signal(Signal::KILL.as_raw()));
        let memory = group.and_then(WorkerGroup::excess);
        let excess = self.excess.get().or(cpu).or(memory);
        Some(excess.map_or(death, Death::OverLimit))
    }

    /// The same as its parent says.
    fn reported(&mut self) -> Option<Death> {
        match &mut self.parent {
            Parent::Keeper(keeper) => keeper.ended(),
            Parent::Zygote { ended, .. } => {
                let mut report = [0; Ended::BYTES];
                match rustix::io::read(&*ended, &mut report) {
                    Ok(Ended::BYTES) => Some(Ended::decode(report).into()),
                    Err(rustix::io::Errno::AGAIN) => None,
                    // The zygote died, and its workers with it.
                    _ => Some(Death::Signal(Signal::KILL.as_raw())),
                }
            }
        }
    }

    /// Kills the worker and ends what it leaves behind. Does nothing if that was done.
    pub fn kill(&mut self) {
        let _ = pidfd_send_signal(&*self.process, Signal::KILL);
        if let Some(group) = &self.group {
            group.kill();
        }
        match &mut self.parent {
            Parent::Keeper(keeper) => keeper.end(),
            // It says so when nothing is left.
            Parent::Zygote { ended, .. } => {
                let _ = poll(&mut [PollFd::new(ended, PollFlags::IN)], Some(&KILLED));
            }
        }
        orphans::end_all();
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        if let Some(listed) = self.listed.take() {
            let ended = self.ended().map(WorkerEnd::from);
            let why = self.blamed.or(ended);
            listed.ended(why.unwrap_or(WorkerEnd::Done));
        }
        self.kill();
    }
}

#[expect(
    deprecated,
    reason = "what comes instead is unsafe, for descriptors that others may close; this one is owned"
)]
fn watch(process: &Arc<OwnedFd>) -> std::io::Result<AsyncFd<Arc<OwnedFd>>> {
    AsyncFd::with_interest(Arc::clone(process), Interest::READABLE)
}

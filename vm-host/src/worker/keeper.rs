//! A worker or a zygote that was started here, with the keeper that is its parent: the binary forks as soon as it
//! is started, and what we start is the keeper. It ends all that is below it with its child, and when we are gone.
//! Must not know what its child does.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hint_proto::processes::Ended;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::FdFlags;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::binary::{SpawnError, WorkerOptions, command, end_child};
use super::death::{Death, death_of};
use super::{birth, orphans};

/// How long a keeper may take to say who its child is. It does nothing before that.
const BIRTH_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to end everything.
const ENDING_TIMEOUT: Timespec = Timespec {
    tv_sec: 3,
    tv_nsec: 0,
};

/// A keeper and its child. Dropping it ends both, and what is below them.
#[derive(Debug)]
pub(super) struct Keeper {
    keeper: Child,
    /// Its end is ours.
    control: Option<UnixStream>,
    pid: u32,
    process: Arc<OwnedFd>,
    ended: Option<Death>,
}

impl Keeper {
    /// Starts the worker binary with one end of a new socket pair; returns the other end, too. One that ends
    /// before it has a child is its own.
    ///
    /// # Errors
    /// [`SpawnError`] when there is no socket or the binary does not start.
    pub(super) fn spawn(
        options: &WorkerOptions,
        more_arguments: &[OsString],
        stdin: Stdio,
    ) -> Result<(Self, UnixStream), SpawnError> {
        let (ours, theirs) = UnixStream::pair().map_err(SpawnError::Socket)?;
        let (control, keepers) = UnixStream::pair().map_err(SpawnError::Socket)?;
        let mut arguments: Vec<OsString> = vec![
            "--socket-fd".into(),
            theirs.as_raw_fd().to_string().into(),
            "--keeper-fd".into(),
            keepers.as_raw_fd().to_string().into(),
        ];
        if let Some(folder) = &options.python_env {
            arguments.extend(["--python-env".into(), folder.into()]);
        }
        arguments.extend_from_slice(more_arguments);
        let mut command = command(options);
        // Descriptors are inheritable only while this is held, so that no other child gets them.
        let starting = orphans::starting();
        for descriptor in [&theirs, &keepers] {
            rustix::io::fcntl_setfd(descriptor, FdFlags::empty())
                .map_err(|error| SpawnError::Socket(error.into()))?;
        }
        command.args(arguments);
        options.sandbox.confine(&mut command);
        let keeper = command
            .stdin(stdin)
            .spawn()
            .map_err(|source| SpawnError::Start {
                binary: options.binary.clone(),
                source,
            })?;
        starting.started(keeper.id());
        drop((theirs, keepers));
        Ok((Self::of(keeper, control)?, ours))
    }

    fn of(mut keeper: Child, control: UnixStream) -> Result<Self, SpawnError> {
        let born = control
            .set_read_timeout(Some(BIRTH_TIMEOUT))
            .and_then(|()| Ok(birth::receive(&control)?));
        let born = born.and_then(|(born, process)| {
            let itself = Pid::from_raw(i32::try_from(keeper.id()).unwrap_or_default());
            match process {
                Some(process) => Ok((born.pid, process)),
                // It ended before it had a child, or is about to.
                None => match itself {
                    Some(pid) => Ok((keeper.id(), pidfd_open(pid, PidfdFlags::empty())?)),
                    None => Err(rustix::io::Errno::SRCH.into()),
                },
            }
        });
        let told = born.and_then(|born| control.set_nonblocking(true).map(|()| born));
        match told {
            Ok((pid, process)) => Ok(Self {
                keeper,
                control: Some(control),
                pid,
                process: Arc::new(process),
                ended: None,
            }),
            Err(error) => {
                end_child(&mut keeper);
                Err(SpawnError::Zygote(error))
            }
        }
    }

    /// Process id of its child.
    pub(super) fn id(&self) -> u32 {
        self.pid
    }

    /// A descriptor of its child.
    pub(super) fn process(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.process)
    }

    /// How its child ended, if it has and nothing is left below.
    pub(super) fn ended(&mut self) -> Option<Death> {
        if self.ended.is_none() {
            let mut report = [0; Ended::BYTES];
            self.ended = match self.control.as_mut()?.read(&mut report) {
                Ok(Ended::BYTES) => Some(Ended::decode(report).into()),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => None,
                // It never had a child, or was killed.
                _ => self.keeper.try_wait().ok().flatten().map(death_of),
            };
        }
        self.ended
    }

    /// Ends the child and what is below it. Does nothing if that was done.
    pub(super) fn end(&mut self) {
        if let Some(control) = self.control.take() {
            let _ = control.shutdown(std::net::Shutdown::Write);
            let deadline = Some(&ENDING_TIMEOUT);
            // It closes its end when it is done, after its last word.
            let _ = poll(&mut [PollFd::new(&control, PollFlags::IN)], deadline);
            end_child(&mut self.keeper);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}

//! The zygote: one worker process of the server that has Python started and the usual modules imported,
//! and forks a worker whenever a VM needs one. Knows nothing of VMs.

use std::ffi::OsString;
use std::io::{self, IoSlice, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hint_proto::processes::{Born, PRELOADED, RUNTIME_READY};
use hint_proto::v1::Posture;
use prost::Message as _;
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Signal, pidfd_send_signal};

use super::binary::{SpawnError, WorkerOptions};
use super::birth;
use super::death::Death;
use super::keeper::Keeper;
use super::launch::LaunchError;
use super::process::{WorkerProcess, ZygoteLife};
use super::sandbox::SandboxError;

/// How long the zygote may take to start, and then to import.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may then take to fork.
const FORK_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a forked worker's output goes.
#[derive(Debug)]
pub struct WorkerOutput {
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
    /// The pipe for the records of its log.
    pub log: OwnedFd,
}

/// A running zygote. Dropping it ends it, and with it every worker that it forked.
#[derive(Debug)]
pub struct Zygote {
    process: Keeper,
    control: UnixStream,
    /// Whether it has imported what it was told to.
    preloaded: bool,
    /// The number of the last request.
    requests: u64,
    life: Arc<ZygoteLife>,
}

impl Zygote {
    /// Starts a zygote, waits until its language is there, and has it import `preload` where those modules
    /// exist.
    ///
    /// # Errors
    /// [`LaunchError`] when it does not start; one that refuses its environment has said why on stderr.
    pub fn start(options: &WorkerOptions, preload: &[String]) -> Result<Self, LaunchError> {
        let mut arguments: Vec<OsString> = vec!["--zygote".into()];
        if !preload.is_empty() {
            arguments.extend(["--preload".into(), preload.join(",").into()]);
        }
        let (process, control) = Keeper::spawn(options, &arguments, Stdio::null())?;
        let mut zygote = Self {
            process,
            control,
            preloaded: false,
            requests: 0,
            life: Arc::new(ZygoteLife {
                sandbox: Arc::new(options.sandbox.clone()),
                posture: Posture::default(),
            }),
        };
        match zygote.hear(RUNTIME_READY).and_then(|()| zygote.posture()) {
            Ok(posture) => {
                options.sandbox.accept(&posture)?;
                zygote.life = Arc::new(ZygoteLife {
                    sandbox: Arc::new(options.sandbox.clone()),
                    posture,
                });
                Ok(zygote)
            }
            // It has ended, or is about to.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => match zygote.death() {
                Some(death) => Err(LaunchError::of(death)),
                None => Err(SpawnError::Zygote(error).into()),
            },
            Err(error) => Err(SpawnError::Zygote(error).into()),
        }
    }

    /// Forks a worker; returns it with our end of its socket. Blocks for as long as a fork takes.
    ///
    /// # Errors
    /// [`SpawnError::Zygote`] when the zygote is gone or does not answer in time, others when it goes on.
    pub fn fork(
        &mut self,
        output: Option<&WorkerOutput>,
    ) -> Result<(WorkerProcess, UnixStream), SpawnError> {
        if !self.preloaded {
            self.hear(PRELOADED).map_err(SpawnError::Zygote)?;
            self.preloaded = true;
        }
        let (ours, theirs) = UnixStream::pair().map_err(SpawnError::Fork)?;
        let (ended, report) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| SpawnError::Fork(error.into()))?;
        let mut descriptors = vec![theirs.as_fd(), report.as_fd()];
        if let Some(output) = output {
            descriptors.extend([
                output.stdout.as_fd(),
                output.stderr.as_fd(),
                output.log.as_fd(),
            ]);
        }
        let (pid, process) = self.request(&descriptors)?;
        let life = Arc::clone(&self.life);
        Ok((WorkerProcess::forked(pid, process, ended, life), ours))
    }

    /// Whether the zygote still runs.
    pub fn is_alive(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// Whether it has workers, which end with it.
    pub(super) fn has_workers(&self) -> bool {
        Arc::strong_count(&self.life) > 1
    }

    /// Which layers its workers have, for people.
    ///
    /// # Errors
    /// [`SandboxError`] when they will not do.
    pub(super) fn sandbox(&self) -> Result<String, SandboxError> {
        self.life.sandbox.accept(&self.life.posture)
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it says this.
    fn hear(&mut self, word: u8) -> io::Result<()> {
        let mut said = [0];
        self.control.set_read_timeout(Some(START_TIMEOUT))?;
        self.control.read_exact(&mut said)?;
        match said == [word] {
            true => Ok(()),
            false => Err(Errno::PROTO.into()),
        }
    }

    /// What it says of the layers of its workers.
    fn posture(&mut self) -> io::Result<Posture> {
        let mut length = [0];
        let mut bytes = Vec::new();
        // As a length is written: seven bits in each byte, the last one without the eighth.
        let mut size = 0;
        for shift in [0, 7, 14] {
            self.control.read_exact(&mut length)?;
            size |= usize::from(length[0] & 0x7f) << shift;
            if length[0] < 0x80 {
                bytes.resize(size, 0);
                self.control.read_exact(&mut bytes)?;
                return Posture::decode(&bytes[..]).map_err(io::Error::other);
            }
        }
        Err(Errno::PROTO.into())
    }

    /// How it ended, within a bounded time.
    fn death(&mut self) -> Option<Death> {
        let deadline = Instant::now() + FORK_TIMEOUT;
        loop {
            match self.process.ended() {
                None if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                death => return death,
            }
        }
    }

    /// Asks for a worker, and waits for the answer to this request: that to one before it may still come.
    fn request(&mut self, descriptors: &[BorrowedFd<'_>]) -> Result<(u32, OwnedFd), SpawnError> {
        let silent = |error: Errno| SpawnError::Zygote(error.into());
        self.requests += 1;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(5))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
        sendmsg(
            &self.control,
            &[IoSlice::new(&self.requests.to_le_bytes())],
            &mut ancillary,
            SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
        )
        .map_err(silent)?;
        let deadline = Instant::now() + FORK_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // A timeout of zero would be none.
            let left = left.max(Duration::from_millis(1));
            let timed = self.control.set_read_timeout(Some(left));
            timed.map_err(SpawnError::Zygote)?;
            match birth::receive(&self.control).map_err(silent)? {
                (
                    Born {
                        request,
                        pid,
                        error,
                    },
                    process,
                ) if request == self.requests => {
                    return match process {
                        Some(process) => Ok((pid, process)),
                        None if error > 0 => {
                            Err(SpawnError::Fork(io::Error::from_raw_os_error(error)))
                        }
                        // We have no room for the descriptor. The worker sees that its socket is closed.
                        None => Err(SpawnError::Fork(Errno::MFILE.into())),
                    };
                }
                (Born { request: 0, .. }, None) => return Err(silent(Errno::PIPE)),
                (_, late) => {
                    // Whoever asked for this one was told that there is none.
                    if let Some(late) = late {
                        let _ = pidfd_send_signal(&late, Signal::KILL);
                    }
                }
            }
        }
    }
}

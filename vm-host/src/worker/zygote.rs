//! The zygote: one worker process of the server that has Python started and the usual modules imported,
//! and forks a worker whenever a VM needs one. Knows nothing of VMs.

use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use rustix::pipe::{PipeFlags, pipe_with};

use super::launch::LaunchError;
use super::orphans;
use super::process::{
    SpawnError, WorkerOptions, WorkerProcess, death_of, end_child, spawn_with_socket,
};

/// How long the zygote may take to start and import, and then to fork.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a forked worker's output goes.
#[derive(Debug)]
pub struct WorkerOutput {
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
}

/// A running zygote. Dropping it ends it, and with it every worker that it forked.
#[derive(Debug)]
pub struct Zygote {
    process: Child,
    control: UnixStream,
}

impl Zygote {
    /// Starts a zygote, waits until its language is there, and has it import `preload` where those modules
    /// exist. It ends when the calling thread ends.
    ///
    /// # Errors
    /// [`LaunchError`] when it does not start; one that refuses its environment has said why on stderr.
    pub fn start(options: &WorkerOptions, preload: &[String]) -> Result<Self, LaunchError> {
        let mut arguments: Vec<OsString> = vec!["--zygote".into()];
        if !preload.is_empty() {
            arguments.extend(["--preload".into(), preload.join(",").into()]);
        }
        let (process, control) = spawn_with_socket(options, &arguments, Stdio::null())?;
        let mut zygote = Self { process, control };
        let ready = zygote
            .control
            .set_read_timeout(Some(ANSWER_TIMEOUT))
            .and_then(|()| zygote.control.read_exact(&mut [0]));
        match ready {
            Ok(()) => Ok(zygote),
            // It has ended, or is about to.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let status = zygote.process.wait().map_err(SpawnError::Zygote)?;
                Err(LaunchError::of(death_of(status)))
            }
            Err(error) => Err(SpawnError::Zygote(error).into()),
        }
    }

    /// Forks a worker; returns it with our end of its socket. Blocks for as long as a fork takes.
    ///
    /// # Errors
    /// [`SpawnError`] when the zygote is gone or does not answer.
    pub fn fork(
        &mut self,
        output: Option<WorkerOutput>,
    ) -> Result<(WorkerProcess, UnixStream), SpawnError> {
        let (ours, theirs) = UnixStream::pair().map_err(SpawnError::Socket)?;
        let (ended, report) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| SpawnError::Zygote(error.into()))?;
        let mut descriptors = vec![theirs.as_fd(), report.as_fd()];
        if let Some(output) = &output {
            descriptors.extend([output.stdout.as_fd(), output.stderr.as_fd()]);
        }
        let (pid, process) = self
            .request(&descriptors)
            .map_err(|error| SpawnError::Zygote(error.into()))?;
        Ok((WorkerProcess::forked(pid, process, ended), ours))
    }

    /// Whether the zygote still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn request(
        &self,
        descriptors: &[std::os::fd::BorrowedFd<'_>],
    ) -> rustix::io::Result<(u32, OwnedFd)> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
        sendmsg(
            &self.control,
            &[IoSlice::new(&[0])],
            &mut ancillary,
            SendFlags::NOSIGNAL,
        )?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut pid = [0; 4];
        let received = recvmsg(
            &self.control,
            &mut [IoSliceMut::new(&mut pid)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        )?;
        let process = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        match process {
            Some(process) if received.bytes == pid.len() => Ok((u32::from_le_bytes(pid), process)),
            _ => Err(rustix::io::Errno::PIPE),
        }
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        end_child(&mut self.process);
        orphans::end_all();
    }
}

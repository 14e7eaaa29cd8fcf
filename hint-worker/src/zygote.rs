//! Owns the zygote: a worker that has its languages' runtimes ready, with what hints usually import, and
//! then only forks. Must not know programs, hints, nor the languages.
//!
//! Its first word, one byte, says that the runtime is there. One request is one message on the control socket, with descriptors: the new worker's session socket,
//! a pipe that gets the worker's end, and optionally its stdout and stderr. The answer is the worker's
//! process id and a descriptor of the process. A closed control socket ends the zygote.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, send, sendmsg,
};
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, WaitIdStatus, pidfd_open, waitid};

use crate::engines::{Broken, Runtimes};
use crate::parent_death::{ParentDeathError, die_with_parent};

/// What is said when the runtime is there.
const READY: u8 = 0;
/// Most descriptors of one request.
const MAX_DESCRIPTORS: usize = 4;

/// The zygote cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ZygoteError {
    /// A system call failed.
    #[error("the zygote failed: `{0}`")]
    System(#[from] rustix::io::Errno),
    /// The runtime is not ready or cannot fork.
    #[error("the zygote cannot fork: {0}")]
    Runtime(Broken),
    /// The new worker cannot be tied to the zygote.
    #[error(transparent)]
    Parent(#[from] ParentDeathError),
}

/// A worker that the zygote made.
struct Forked {
    process: OwnedFd,
    ended: OwnedFd,
}

/// Serves fork requests. Returns in the zygote (`None`) when the control socket closes, and in every
/// worker right after its fork, with its socket to the host.
///
/// # Errors
/// [`ZygoteError`] when the zygote, or a new worker, cannot go on.
pub fn serve(
    control: OwnedFd,
    modules: &[String],
    runtimes: &Runtimes<'_>,
) -> Result<Option<UnixStream>, ZygoteError> {
    send(&control, &[READY], SendFlags::NOSIGNAL)?;
    runtimes.preload(modules).map_err(ZygoteError::Runtime)?;
    let mut workers: Vec<Forked> = Vec::new();
    loop {
        let (requested, ended) = wait(&control, &workers)?;
        for index in ended.into_iter().rev() {
            report_end(workers.swap_remove(index));
        }
        if !requested {
            continue;
        }
        let Some(descriptors) = receive(&control)? else {
            return Ok(None);
        };
        let mut descriptors = descriptors.into_iter();
        let (Some(socket), Some(ended)) = (descriptors.next(), descriptors.next()) else {
            continue;
        };
        let zygote = std::process::id();
        match runtimes.fork().map_err(ZygoteError::Runtime)? {
            None => {
                drop((control, ended, workers));
                die_with_parent(zygote)?;
                if let Some(stdout) = descriptors.next() {
                    rustix::stdio::dup2_stdout(stdout)?;
                }
                if let Some(stderr) = descriptors.next() {
                    rustix::stdio::dup2_stderr(stderr)?;
                }
                return Ok(Some(socket.into()));
            }
            Some(pid) => {
                let process = pidfd_open(pid, PidfdFlags::empty())?;
                answer(&control, pid, &process)?;
                workers.push(Forked { process, ended });
            }
        }
    }
}

/// Waits for a request or the end of workers.
fn wait(control: &OwnedFd, workers: &[Forked]) -> rustix::io::Result<(bool, Vec<usize>)> {
    let mut polled: Vec<PollFd<'_>> = vec![PollFd::new(control, PollFlags::IN)];
    polled.extend(
        workers
            .iter()
            .map(|worker| PollFd::new(&worker.process, PollFlags::IN)),
    );
    loop {
        match poll(&mut polled, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    let mut ready = polled.iter().map(|polled| !polled.revents().is_empty());
    let requested = ready.next().unwrap_or(false);
    let ended = ready
        .enumerate()
        .filter_map(|(index, ready)| ready.then_some(index))
        .collect();
    Ok((requested, ended))
}

/// The descriptors of the next request; `None` when the host is gone.
fn receive(control: &OwnedFd) -> rustix::io::Result<Option<Vec<OwnedFd>>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0; 1];
    let received = recvmsg(
        control,
        &mut [IoSliceMut::new(&mut byte)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let descriptors = ancillary
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        })
        .flatten()
        .collect();
    Ok(Some(descriptors))
}

fn answer(control: &OwnedFd, pid: Pid, process: &OwnedFd) -> rustix::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors = [process.as_fd()];
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    sendmsg(
        control,
        &[IoSlice::new(&pid.as_raw_nonzero().get().to_le_bytes())],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Reaps a worker and tells whoever waits for it how it ended: its signal and exit code.
fn report_end(worker: Forked) {
    let status = waitid(WaitId::PidFd(worker.process.as_fd()), WaitIdOptions::EXITED);
    let status = status.ok().flatten();
    let signal = status
        .as_ref()
        .and_then(WaitIdStatus::terminating_signal)
        .unwrap_or(0);
    let code = status
        .as_ref()
        .and_then(WaitIdStatus::exit_status)
        .unwrap_or(0);
    let mut report = [0; 8];
    report[..4].copy_from_slice(&signal.to_le_bytes());
    report[4..].copy_from_slice(&code.to_le_bytes());
    // Nobody may be waiting any more.
    let _ = rustix::io::write(&worker.ended, &report);
}

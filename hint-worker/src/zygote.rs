//! Owns the zygote: a worker that has its languages' runtimes ready, with what hints usually import, and
//! then only forks. Must not know programs, hints, nor the languages.
//!
//! Its first byte says that the runtime is there, with the posture of its workers behind it; another one says that
//! it has imported what it was told to. One
//! request is one message on the control socket: a number of 8 bytes, with descriptors: the new worker's session
//! socket, a pipe that gets the worker's end, and optionally its stdout, its stderr and the pipe for its log. The answer has the same number,
//! and the worker's process id with a descriptor of the process, or why there is none: a fork that fails ends
//! nothing. A closed control socket ends the zygote. What workers leave behind comes to it, and is ended.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use hint_proto::processes::{Born, Ended, PRELOADED, RUNTIME_READY, end_children};
use hint_proto::v1::Posture;
use prost::Message as _;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, send, sendmsg,
};
use rustix::process::{
    PidfdFlags, Signal, WaitId, WaitIdOptions, WaitIdStatus, getpid, kill_process, pidfd_open,
    set_child_subreaper, waitid,
};

use crate::engines::{Broken, Runtimes};
use crate::log;
use crate::parent_death::{ParentDeathError, die_with_parent};

/// Most descriptors of one request.
const MAX_DESCRIPTORS: usize = 5;
/// How long what a worker left behind may take to be gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// The zygote cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ZygoteError {
    /// A system call failed.
    #[error("the zygote failed: `{0}`")]
    System(#[from] rustix::io::Errno),
    /// The runtime is not ready.
    #[error("the zygote cannot start: {0}")]
    Runtime(Broken),
    /// The new worker cannot be tied to the zygote.
    #[error(transparent)]
    Parent(#[from] ParentDeathError),
}

/// A worker that the zygote made.
struct Forked {
    pid: u32,
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
    posture: &Posture,
) -> Result<Option<UnixStream>, ZygoteError> {
    // A kernel that refuses gives what workers leave to the keeper, which ends it with the zygote.
    let _ = set_child_subreaper(Some(getpid()));
    let mut ready = vec![RUNTIME_READY];
    // A few words about ten layers are not as long as this.
    if posture.encode_length_delimited(&mut ready).is_err() {
        return Err(Errno::NOMEM.into());
    }
    send(&control, &ready, SendFlags::NOSIGNAL)?;
    runtimes.preload(modules).map_err(ZygoteError::Runtime)?;
    send(&control, &[PRELOADED], SendFlags::NOSIGNAL)?;
    let mut workers: Vec<Forked> = Vec::new();
    loop {
        let (requested, ended) = wait(&control, &workers)?;
        report_ends(&mut workers, ended);
        if !requested {
            continue;
        }
        let Some((request, descriptors)) = receive(&control)? else {
            end_children(PATIENCE, |_| false);
            return Ok(None);
        };
        let zygote = std::process::id();
        match fork(runtimes, descriptors) {
            Ok(New::Child {
                socket,
                stdout,
                stderr,
                log: pipe,
            }) => {
                drop((control, workers));
                die_with_parent(zygote)?;
                if let Some(stdout) = stdout {
                    rustix::stdio::dup2_stdout(stdout)?;
                }
                if let Some(stderr) = stderr {
                    rustix::stdio::dup2_stderr(stderr)?;
                }
                if let Some(pipe) = pipe {
                    log::to_pipe(pipe);
                }
                return Ok(Some(socket.into()));
            }
            Ok(New::Worker(worker)) => {
                let born = Born {
                    request,
                    pid: worker.pid,
                    error: 0,
                };
                tell_born(&control, born, Some(worker.process.as_fd()))?;
                workers.push(worker);
            }
            Err(error) => {
                let born = Born {
                    request,
                    pid: 0,
                    error: error.raw_os_error(),
                };
                tell_born(&control, born, None)?;
            }
        }
    }
}

/// What a fork made, on each side.
enum New {
    /// The zygote has a worker more.
    Worker(Forked),
    /// This is the worker.
    Child {
        socket: OwnedFd,
        stdout: Option<OwnedFd>,
        stderr: Option<OwnedFd>,
        log: Option<OwnedFd>,
    },
}

/// Forks a worker that gets these descriptors.
fn fork(runtimes: &Runtimes<'_>, descriptors: Vec<OwnedFd>) -> Result<New, Errno> {
    let mut descriptors = descriptors.into_iter();
    let (Some(socket), Some(ended)) = (descriptors.next(), descriptors.next()) else {
        // Those that were sent did not fit into this process.
        return Err(Errno::MFILE);
    };
    let forked = runtimes.fork();
    let forked = forked.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::AGAIN))?;
    let Some(pid) = forked else {
        return Ok(New::Child {
            socket,
            stdout: descriptors.next(),
            stderr: descriptors.next(),
            log: descriptors.next(),
        });
    };
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(process) => Ok(New::Worker(Forked {
            pid: pid.as_raw_nonzero().get().unsigned_abs(),
            process,
            ended,
        })),
        Err(error) => {
            // Our own child, not reaped: the number is its own. It is reaped with what others leave.
            let _ = kill_process(pid, Signal::KILL);
            Err(error)
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
            Err(Errno::INTR) => {}
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

/// The number and the descriptors of the next request; `None` when the host is gone.
fn receive(control: &OwnedFd) -> rustix::io::Result<Option<(u64, Vec<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut number = [0; 8];
    let received = recvmsg(
        control,
        &mut [IoSliceMut::new(&mut number)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes < number.len() {
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
    Ok(Some((u64::from_le_bytes(number), descriptors)))
}

/// Says that there is a worker, with a descriptor of its process, or that there is none.
pub(crate) fn tell_born(
    control: &OwnedFd,
    born: Born,
    process: Option<BorrowedFd<'_>>,
) -> rustix::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors: Vec<BorrowedFd<'_>> = process.into_iter().collect();
    if !descriptors.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    }
    sendmsg(
        control,
        &[IoSlice::new(&born.encode())],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Reaps workers, ends what they left behind, and then tells whoever waits for them how they ended.
fn report_ends(workers: &mut Vec<Forked>, ended: Vec<usize>) {
    if ended.is_empty() {
        return;
    }
    let indices = ended.into_iter().rev();
    let gone: Vec<(Forked, Ended)> = indices
        .map(|index| {
            let worker = workers.swap_remove(index);
            let status = waitid(WaitId::PidFd(worker.process.as_fd()), WaitIdOptions::EXITED);
            (worker, ended_of(status))
        })
        .collect();
    end_children(PATIENCE, |child| {
        workers.iter().any(|worker| worker.pid == child)
    });
    for (worker, ended) in gone {
        // Nobody may be waiting any more.
        let _ = rustix::io::write(&worker.ended, &ended.encode());
    }
}

/// How a process ended, as it is told.
pub(crate) fn ended_of(status: rustix::io::Result<Option<WaitIdStatus>>) -> Ended {
    let status = status.ok().flatten();
    let status = status.as_ref();
    Ended {
        signal: status
            .and_then(WaitIdStatus::terminating_signal)
            .unwrap_or(0),
        code: status.and_then(WaitIdStatus::exit_status).unwrap_or(0),
    }
}

//! Owns the keeper: the parent of a worker or zygote, which does nothing but wait until that ends, or the host
//! does, and then ends whatever is left below. What hints start comes to it wherever it hides, also when the host
//! is killed. Must not know what its child does.

use std::io::Write as _;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::time::Duration;

use hint_proto::processes::{Born, Ended, end_children};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, getpid, pidfd_open, pidfd_send_signal,
    set_child_subreaper, waitid,
};

use crate::parent_death::{ParentDeathError, die_with_parent};
use crate::zygote::{ended_of, tell_born};

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// The child of the keeper cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// There is no keeper.
    #[error("cannot start the keeper of the worker: `{0}`")]
    Fork(#[source] std::io::Error),
    /// There is no place for its folder.
    #[error("cannot make a folder for the worker in the temporary directory: `{0}`")]
    Folder(#[source] std::io::Error),
    /// The worker cannot be tied to it.
    #[error(transparent)]
    Parent(#[from] ParentDeathError),
}

/// Makes this process the keeper of a child, in which alone this returns. `control` is a socket to the host: the
/// keeper tells there who its child is and how it ended, and takes its end for that of the host. For a process
/// with one thread, in which nobody owns a descriptor yet. With `folder` it makes an empty folder, which nobody may
/// write into, and takes it away in the end; that is returned.
///
/// # Errors
/// [`KeeperError`] when there is no child, or in a child whose keeper is gone.
pub fn keep(control: RawFd, folder: bool) -> Result<Option<PathBuf>, KeeperError> {
    let keeper = std::process::id();
    let folder = folder.then(empty_folder).transpose();
    let folder = folder.map_err(KeeperError::Folder)?;
    // Before there is a child: what it leaves must never go past us. A kernel that refuses gives it to the host.
    let _ = set_child_subreaper(Some(getpid()));
    match fork()? {
        Some(child) => {
            // Nobody is told of a failure but by our end.
            let watched = watch(control, child);
            end_children(PATIENCE, |_| false);
            if let Some(folder) = folder {
                // Somebody else may have tidied up.
                let _ = std::fs::remove_dir(folder);
            }
            leave(watched)
        }
        None => {
            drop(owned(control));
            die_with_parent(keeper)?;
            Ok(folder)
        }
    }
}

/// Waits for the end of the child, or ends it with the host.
fn watch(control: RawFd, child: Pid) -> rustix::io::Result<(OwnedFd, Ended)> {
    let process = pidfd_open(child, PidfdFlags::empty())?;
    ignore_the_terminal();
    hold_only([control, process.as_raw_fd()])?;
    let control = owned(control);
    let born = Born {
        request: 0,
        pid: child.as_raw_nonzero().get().unsigned_abs(),
        error: 0,
    };
    let mut host_is_there = tell_born(&control, born, Some(process.as_fd())).is_ok();
    loop {
        if !host_is_there {
            // It may have ended already.
            let _ = pidfd_send_signal(&process, Signal::KILL);
        }
        let host = if host_is_there {
            PollFlags::IN
        } else {
            PollFlags::empty()
        };
        let mut polled = vec![PollFd::new(&process, PollFlags::IN)];
        if host_is_there {
            polled.push(PollFd::new(&control, host));
        }
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        if !polled[0].revents().is_empty() {
            break;
        }
        // The host says nothing here, ever.
        host_is_there &= polled.get(1).is_some_and(|host| host.revents().is_empty());
    }
    let status = waitid(WaitId::PidFd(process.as_fd()), WaitIdOptions::EXITED);
    Ok((control, ended_of(status)))
}

/// Tells the host how the child ended, when nothing is left below.
fn leave(watched: rustix::io::Result<(OwnedFd, Ended)>) -> ! {
    match watched {
        Ok((control, ended)) => {
            // Nobody may be listening any more.
            let _ = send(&control, &ended.encode(), SendFlags::NOSIGNAL);
            std::process::exit(0)
        }
        Err(error) => {
            let _ = writeln!(
                std::io::stderr(),
                "error: the keeper of the worker failed: `{error}`"
            );
            std::process::exit(1)
        }
    }
}

/// Keeps these descriptors, and standard streams that go nowhere: whoever reads what the worker prints must see
/// its end.
fn hold_only(mut descriptors: [RawFd; 2]) -> rustix::io::Result<()> {
    let nowhere = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .map_err(|_| Errno::NOENT)?;
    rustix::stdio::dup2_stdin(&nowhere)?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    drop(nowhere);
    descriptors.sort_unstable();
    let mut first = 3;
    for descriptor in descriptors {
        let descriptor = descriptor.unsigned_abs();
        if descriptor > first {
            close_range(first, descriptor - 1);
        }
        first = descriptor + 1;
    }
    close_range(first, u32::MAX);
    Ok(())
}

fn empty_folder() -> std::io::Result<PathBuf> {
    let mut random = [0; 16];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
    let name = format!("cairohints-{:032x}", u128::from_le_bytes(random));
    let folder = std::env::temp_dir().join(name);
    // Fails when it is there.
    std::fs::DirBuilder::new().mode(0o555).create(&folder)?;
    Ok(folder)
}

#[expect(unsafe_code, reason = "rustix has no fork")]
fn fork() -> Result<Option<Pid>, KeeperError> {
    // SAFETY: there is one thread, so that the child may do anything.
    let child = unsafe { libc::fork() };
    match child {
        -1 => Err(KeeperError::Fork(std::io::Error::last_os_error())),
        child => Ok(Pid::from_raw(child)),
    }
}

#[expect(unsafe_code, reason = "rustix has no close_range")]
fn close_range(first: u32, last: u32) {
    // SAFETY: nobody in this process owns a descriptor in that range.
    unsafe { libc::close_range(first, last, 0) };
}

/// The terminal's signals are for the worker and the host.
#[expect(unsafe_code, reason = "rustix does not set signal actions")]
fn ignore_the_terminal() {
    for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP, libc::SIGTERM] {
        // SAFETY: ignoring a signal runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn owned(descriptor: RawFd) -> OwnedFd {
    // SAFETY: vm-host opened this descriptor for us and nothing else in this process knows it.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

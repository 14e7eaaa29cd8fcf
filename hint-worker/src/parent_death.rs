//! Owns the ties to the host: the worker dies with it, also when the host is killed and when a hint never
//! returns; and what hints start stays below the worker while it lives. Must not know what the worker does.

use rustix::process::{
    Signal, getpid, getppid, set_child_subreaper, set_parent_process_death_signal,
};

/// The host was already gone when the worker started.
#[derive(Debug, thiserror::Error)]
pub enum ParentDeathError {
    /// The kernel refused the request.
    #[error("cannot tie the worker to its host: `{0}`")]
    Refused(#[from] rustix::io::Errno),
    /// Somebody else is our parent.
    #[error("the host with process id `{0}` is gone")]
    Gone(u32),
}

/// Asks the kernel to kill this process when the thread that started it ends, then checks that the
/// host did not end before the request was made.
///
/// # Errors
/// [`ParentDeathError`] when the request is refused or the parent is not `expected` (0 skips the check).
pub fn die_with_parent(expected: u32) -> Result<(), ParentDeathError> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let parent = getppid().map_or(0, |pid| pid.as_raw_nonzero().get().unsigned_abs());
    if expected != 0 && parent != expected {
        return Err(ParentDeathError::Gone(expected));
    }
    Ok(())
}

/// Keeps all processes that hints start below this one, also those that leave their parent, until it ends:
/// the host ends those that reach it then.
pub fn keep_descendants() {
    // A kernel that refuses gives them to the host early.
    let _ = set_child_subreaper(Some(getpid()));
}

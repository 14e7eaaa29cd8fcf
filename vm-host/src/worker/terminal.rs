//! One line of ours on a terminal where the worker prints, too. Both sides keep what stands there in a few bytes
//! that they share, and look at them, under a lock, before they write. Must not know what the line says.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, MemfdFlags, fcntl_lock, memfd_create};

/// Takes the line away and leaves the cursor where it began.
const ERASE: &str = "\r\x1b[K";

/// Who in the worker has the terminal: nobody, or something that is no hint.
const NOBODY: u64 = 0;
const NO_HINT: u64 = u64::MAX;

/// What a terminal shows, known to this process and to one worker.
///
/// Byte 0: whether our line stands there. Byte 1: whether a line that the worker prints has no end yet. Bytes 8 to
/// 15, little-endian: which hint talks with the user or lets others print, so that the line stays away until
/// that hint ends.
#[derive(Debug)]
pub struct SharedTerminal {
    state: File,
    /// Our line as it was shown last.
    line: Mutex<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    shows_line: bool,
    mid_line: bool,
    taken_by: u64,
}

impl SharedTerminal {
    /// The terminal of stderr, on which nothing stands yet.
    ///
    /// # Errors
    /// When the kernel has no memory to share.
    pub fn of_stderr() -> io::Result<Self> {
        // Inheritable: this process starts one worker, and whatever else it starts leaves unknown descriptors alone.
        let state: OwnedFd = memfd_create("terminal", MemfdFlags::empty())?;
        let state = File::from(state);
        state.set_len(16)?;
        let line = Mutex::default();
        Ok(Self { state, line })
    }

    /// The descriptor that the worker inherits.
    pub(super) fn descriptor(&self) -> RawFd {
        self.state.as_raw_fd()
    }

    /// Shows this line, in the place of the one before, unless the worker is in the middle of a line, or the hint
    /// `running` (0: none) has the terminal for itself.
    pub fn show(&self, line: &str, running: u64) {
        self.change(|state| {
            let away = match state.taken_by {
                NOBODY => false,
                NO_HINT => running == 0,
                hint => hint == running,
            };
            let mut before = self.line.lock().unwrap_or_else(PoisonError::into_inner);
            if away || state.mid_line || (state.shows_line && *before == line) {
                return None;
            }
            line.clone_into(&mut before);
            Some((format!("\r{line}\x1b[K"), true))
        });
    }

    /// Takes the line away, if it stands there.
    pub fn erase(&self) {
        self.change(|state| state.shows_line.then(|| (ERASE.to_owned(), false)));
    }

    /// Writes what `decide` says, and whether the line stands there then. Does nothing while the worker writes.
    fn change(&self, decide: impl FnOnce(State) -> Option<(String, bool)>) {
        let lock = self.state.as_fd();
        // A worker that was stopped in the middle must not stop us.
        if fcntl_lock(lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return;
        }
        if let Ok(state) = self.state()
            && let Some((text, shows_line)) = decide(state)
        {
            // A terminal that is gone is no reason to end the run.
            let _ = io::stderr().write_all(text.as_bytes());
            let _ = self.state.write_all_at(&[u8::from(shows_line)], 0);
        }
        let _ = fcntl_lock(lock, FlockOperation::Unlock);
    }

    fn state(&self) -> io::Result<State> {
        let mut bytes = [0; 16];
        self.state.read_exact_at(&mut bytes, 0)?;
        let [shows_line, mid_line, ..] = bytes;
        let mut taken_by = [0; 8];
        taken_by.copy_from_slice(&bytes[8..]);
        Ok(State {
            shows_line: shows_line != 0,
            mid_line: mid_line != 0,
            taken_by: u64::from_le_bytes(taken_by),
        })
    }
}

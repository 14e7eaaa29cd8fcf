//! Owns the peace between what is written here and the line that the host shows on the same terminal, with the file of a
//! few bytes that both share (`vm-host/src/worker/terminal.rs`). Must not know what is written.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, RawFd};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{FlockOperation, fcntl_lock};

/// Takes the host's line away and leaves the cursor where it began.
const ERASE: &[u8] = b"\r\x1b[K";
/// The places of the bytes: whether the host's line stands there, and whether a line of ours has no end yet.
const SHOWS_LINE: u64 = 0;
const MID_LINE: u64 = 1;

/// What stands on the terminal.
#[derive(Debug)]
pub(super) struct Terminal(File);

impl Terminal {
    /// The terminal that the file is about.
    pub(super) fn of(state: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(Self(File::from(state.try_clone_to_owned()?)))
    }

    /// The descriptor of the file.
    pub(super) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Writes on a stream that is the terminal.
    pub(super) fn write(&self, stream: &mut impl io::Write, bytes: &[u8]) -> io::Result<()> {
        // A confined worker has no locks; lines that cross each other are better than none.
        let _ = fcntl_lock(self.0.as_fd(), FlockOperation::LockExclusive);
        let written = self.write_locked(stream, bytes);
        let _ = fcntl_lock(self.0.as_fd(), FlockOperation::Unlock);
        written
    }

    fn write_locked(&self, stream: &mut impl io::Write, bytes: &[u8]) -> io::Result<()> {
        let mut shows_line = [0];
        self.0.read_exact_at(&mut shows_line, SHOWS_LINE)?;
        if shows_line != [0] {
            stream.write_all(ERASE)?;
            self.0.write_all_at(&[0], SHOWS_LINE)?;
        }
        stream.write_all(bytes)?;
        stream.flush()?;
        let mid_line = bytes.last().is_some_and(|last| *last != b'\n');
        self.0.write_all_at(&[u8::from(mid_line)], MID_LINE)
    }
}

//! Where the text goes that hints print which run in the host: where that of Python's goes, behind what those printed
//! before. Must not know hints.

use std::fmt::Debug;
use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat};

/// What a pipe takes at once when it says that it takes anything.
const AT_ONCE: usize = 4096;

/// Takes what hints in the host print.
pub(crate) trait Prints: Debug {
    /// Whether so many bytes can be written now, at once: else Python prints them, which may wait.
    fn has_room(&self, bytes: usize) -> bool;

    /// Writes a text for which there was room.
    ///
    /// # Errors
    /// When it cannot be written.
    fn print(&self, text: &str) -> io::Result<()>;
}

/// The standard output of this process, which is that of its workers, too.
#[derive(Debug)]
pub(crate) struct OwnStdout;

impl Prints for OwnStdout {
    fn has_room(&self, bytes: usize) -> bool {
        let stdout = rustix::stdio::stdout();
        let Ok(found) = fstat(stdout) else {
            return false;
        };
        match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => true,
            FileType::Fifo | FileType::Socket if bytes <= AT_ONCE => {
                let mut polled = [PollFd::from_borrowed_fd(stdout, PollFlags::OUT)];
                let ready = poll(&mut polled, Some(&rustix::event::Timespec::default()));
                ready.is_ok() && polled[0].revents() == PollFlags::OUT
            }
            // The device that forgets. On a terminal there may be a line of ours.
            FileType::CharacterDevice => !rustix::termios::isatty(stdout),
            _ => false,
        }
    }

    fn print(&self, text: &str) -> io::Result<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match rustix::io::write(rustix::stdio::stdout(), rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => rest = &rest[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

//! The pipe in which one worker writes its log, for whoever keeps records of a run. Must not know what a record is.

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe::Receiver;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// Both ends of the pipe.
#[derive(Debug)]
pub struct RecordPipe {
    ours: Receiver,
    theirs: OwnedFd,
}

impl RecordPipe {
    /// A pipe that nobody writes into yet. Belongs to the runtime in which it is made.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub fn open() -> io::Result<Self> {
        let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Inheritable: this process starts one worker, and whatever else it starts leaves unknown descriptors alone.
        fcntl_setfd(&theirs, FdFlags::empty())?;
        // The worker waits for us, not we for it.
        rustix::io::ioctl_fionbio(&theirs, false)?;
        Ok(Self {
            ours: Receiver::from_owned_fd(ours)?,
            theirs,
        })
    }

    /// The descriptor that the worker inherits.
    pub(super) fn descriptor(&self) -> RawFd {
        self.theirs.as_raw_fd()
    }

    /// Done when there is something to read.
    ///
    /// # Errors
    /// When the pipe is broken.
    pub async fn readable(&self) -> io::Result<()> {
        self.ours.readable().await
    }

    /// What was written and not read yet, a part of it; empty when there is nothing.
    #[must_use]
    pub fn read(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(CHUNK);
        // The runtime may not have looked yet.
        match rustix::io::read(&self.ours, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(1..) => return bytes,
            // It learns that there is nothing only when it reads itself.
            _ => drop(self.ours.try_read_buf(&mut bytes)),
        }
        bytes
    }
}

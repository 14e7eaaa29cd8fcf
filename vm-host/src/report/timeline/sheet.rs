//! The file of a timeline: an array of events that is written in parts, each of whole events, and counted. Must not know
//! what an event says.

use std::fmt;
use std::io;

use super::event::Event;

/// Bytes that are written at once.
const CHUNK: usize = 64 << 10;
/// After that long what there is gets written, so that a killed run leaves all but its last moments.
pub(super) const FLUSH: u64 = 250_000_000;

/// Where the bytes go.
pub(super) type Writer = Box<dyn io::Write>;

/// An array that is being written.
pub(super) struct Sheet {
    writer: Writer,
    /// What is not written yet.
    buffer: Vec<u8>,
    /// Bytes before it.
    written: u64,
    /// When it was written last.
    flushed: u64,
    failed: Option<io::Error>,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sheet")
            .field("bytes", &self.bytes())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl Sheet {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            writer,
            buffer: Vec::with_capacity(2 * CHUNK),
            written: 0,
            flushed: 0,
            failed: None,
        }
    }

    /// How many bytes there are.
    pub(super) fn bytes(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// When something was written last.
    pub(super) fn flushed(&self) -> u64 {
        self.flushed
    }

    /// Adds an event.
    #[inline]
    pub(super) fn event(&mut self, write: impl FnOnce(&mut Event<'_>)) {
        self.buffer.extend_from_slice(match self.bytes() {
            0 => b"[\n",
            _ => b",\n",
        });
        write(&mut Event::behind(&mut self.buffer));
        if self.buffer.len() >= CHUNK {
            self.write();
        }
    }

    /// It is that late.
    #[inline]
    pub(super) fn tick(&mut self, now: u64) {
        if now.saturating_sub(self.flushed) >= FLUSH {
            self.flushed = now;
            self.write();
        }
    }

    /// No event comes any more.
    ///
    /// # Errors
    /// When something could not be written.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.buffer.extend_from_slice(b"\n]\n");
        self.write();
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.writer.flush(),
        }
    }

    fn write(&mut self) {
        if self.failed.is_none()
            && let Err(error) = self.writer.write_all(&self.buffer)
        {
            // The run goes on; the command says so at its end.
            self.failed = Some(error);
        }
        self.written = self.bytes();
        self.buffer.clear();
    }
}

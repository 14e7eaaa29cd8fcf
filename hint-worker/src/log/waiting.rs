//! Owns texts that wait to be written on standard output, for loggers that collect them. Must not know who
//! collects.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Level, sink};

/// So many bytes wait before they are written.
const WAITING_BYTES: usize = 8 << 10;
/// What standard error is told when they are all written.
const CLOSED: &str = "logger: flushed and closed\n";

/// All that may have something to write.
static OPEN: Mutex<Vec<Weak<Waiting>>> = Mutex::new(Vec::new());

/// The texts of one logger that are not written yet.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    closed: bool,
}

impl Waiting {
    /// One that is closed at the end of the run if nobody does it before.
    #[must_use]
    pub fn open() -> Arc<Self> {
        let waiting = Arc::new(Self::default());
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are gone make room for as many again.
        if open.len() == open.capacity() {
            open.retain(|other| other.strong_count() > 0);
        }
        open.push(Arc::downgrade(&waiting));
        waiting
    }

    /// Adds a text as it is; writes what waits when that is too much.
    ///
    /// # Errors
    /// As the system has it.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = false;
        if state.bytes.len() + text.len() > WAITING_BYTES {
            state.flush()?;
        }
        if text.len() >= WAITING_BYTES {
            return print(text.as_bytes());
        }
        state.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Writes what waits and says so, unless that was done.
    pub fn close(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.closed {
            state.closed = true;
            // Nobody reads: there is nobody to tell.
            let _ = state.flush();
            sink::message(CLOSED);
        }
    }

    /// Closes all that are still open, at the end of a run.
    pub fn close_all() {
        let open = std::mem::take(&mut *OPEN.lock().unwrap_or_else(PoisonError::into_inner));
        for waiting in open.iter().filter_map(Weak::upgrade) {
            waiting.close();
        }
    }
}

impl State {
    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        print(&bytes)
    }
}

fn print(bytes: &[u8]) -> io::Result<()> {
    if sink::wants(Level::Output) {
        super::output(&String::from_utf8_lossy(bytes));
    }
    sink::print(bytes)
}

//! Owns where records go: a pipe to the host, whole records one after the other, or lines on stderr from a level
//! on. Nothing is kept here, so that what was logged before the process died has arrived. Must not know what
//! records say.

use std::fs::File;
use std::io::{self, IsTerminal, Write as _};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hint_proto::v1::HintRecord;
use prost::Message as _;

use super::line::write_line;
use super::record::Level;
use super::terminal::Terminal;

/// The lowest level that goes anywhere, by its place among the levels.
static THRESHOLD: AtomicU8 = AtomicU8::new(Level::Info as u8);

static SINK: Mutex<Sink> = Mutex::new(Sink {
    pipe: None,
    lines: false,
    terminal: None,
    scratch: Vec::new(),
});

#[derive(Debug)]
struct Sink {
    /// The host's pipe, if it wants records.
    pipe: Option<File>,
    /// Whether there are lines on stderr beside that.
    lines: bool,
    /// What stands on the terminal, if the host shows a line there.
    terminal: Option<Terminal>,
    /// Room for one record, kept between them.
    scratch: Vec<u8>,
}

/// From which level on records go to stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// From this one on.
    From(Level),
    /// None does.
    Off,
}

impl std::str::FromStr for Threshold {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let levels = [
            Level::Debug,
            Level::Info,
            Level::Warning,
            Level::Error,
            Level::Critical,
        ];
        if name == "off" {
            return Ok(Self::Off);
        }
        let level = levels.into_iter().find(|level| level.name() == name);
        level
            .map(Self::From)
            .ok_or_else(|| format!("`{name}` is no level"))
    }
}

/// Whether records of this level go anywhere.
#[must_use]
pub fn wants(level: Level) -> bool {
    level as u8 >= THRESHOLD.load(Ordering::Relaxed)
}

/// Keeps records below a level from stderr. What hints printed stands elsewhere already.
pub fn quieter_than(threshold: Threshold) {
    let lowest = match threshold {
        Threshold::From(level) => level.max(Level::Debug) as u8,
        Threshold::Off => u8::MAX,
    };
    THRESHOLD.store(lowest, Ordering::Relaxed);
}

/// Sends all records, and what hints print, to the host.
pub fn to_pipe(pipe: OwnedFd) {
    lock().pipe = Some(File::from(pipe));
    THRESHOLD.store(Level::Output as u8, Ordering::Relaxed);
}

/// Sends the records that go to stderr to the host as well.
pub fn copy_to_pipe(pipe: OwnedFd) {
    let mut sink = lock();
    sink.pipe = Some(File::from(pipe));
    sink.lines = true;
}

/// What must stay open: the host's pipe, if it wants records, and the file that the terminal is shared by.
#[must_use]
pub fn descriptors() -> Vec<RawFd> {
    let sink = lock();
    let pipe = sink.pipe.as_ref().map(AsRawFd::as_raw_fd);
    let terminal = sink.terminal.as_ref().map(Terminal::descriptor);
    pipe.into_iter().chain(terminal).collect()
}

/// Has lines on stderr go around the host's line on its terminal; `state` is the file in which both sides keep
/// what stands there.
///
/// # Errors
/// When the file cannot be used.
pub fn share_terminal(state: std::os::fd::BorrowedFd<'_>) -> io::Result<()> {
    lock().terminal = Some(Terminal::of(state)?);
    Ok(())
}

/// Writes a record, at once and as a whole.
pub(super) fn write(record: &HintRecord) {
    let Sink {
        pipe,
        lines,
        terminal,
        scratch,
    } = &mut *lock();
    scratch.clear();
    if let Some(open) = pipe
        && (record.encode_length_delimited(scratch).is_err() || open.write_all(scratch).is_err())
    {
        // The host has no use for records any more.
        *pipe = None;
        if !*lines {
            THRESHOLD.store(u8::MAX, Ordering::Relaxed);
            return;
        }
    }
    if pipe.is_none() || *lines {
        scratch.clear();
        write_line(record, scratch);
        // A reader that is gone is no reason to fail.
        let _ = write_to(io::stderr(), scratch, terminal.as_ref());
    }
    // One that was huge must not stay so for ever.
    scratch.shrink_to(1 << 16);
}

/// Writes text on stderr.
pub(super) fn message(text: &str) {
    let _ = write_to(io::stderr(), text.as_bytes(), lock().terminal.as_ref());
}

/// Writes on standard output, at once.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    write_to(io::stdout(), bytes, lock().terminal.as_ref())
}

fn write_to(
    mut stream: impl io::Write + IsTerminal,
    bytes: &[u8],
    terminal: Option<&Terminal>,
) -> io::Result<()> {
    if let Some(terminal) = terminal
        && stream.is_terminal()
    {
        return terminal.write(&mut stream, bytes);
    }
    stream.write_all(bytes)?;
    stream.flush()
}

/// A thread that panicked here left nothing half done that the next one would not do anew.
fn lock() -> MutexGuard<'static, Sink> {
    SINK.lock().unwrap_or_else(PoisonError::into_inner)
}

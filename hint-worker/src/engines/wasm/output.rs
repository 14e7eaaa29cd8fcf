//! Owns the way of what modules print to the output of the hints. Must not know who prints.

use std::io::{self, Write as _};

use crate::log::{self, Level};

/// Prints at once, so that it stands in order with what hints of other languages print: they leave
/// nothing in a buffer between two hints either.
///
/// # Errors
/// As the system has it, for example when nobody reads any more.
pub(super) fn stdout(bytes: &[u8]) -> io::Result<()> {
    if log::wants(Level::Output) {
        log::output(&String::from_utf8_lossy(bytes));
    }
    let mut output = io::stdout().lock();
    output.write_all(bytes)?;
    output.flush()
}

/// The same for messages.
///
/// # Errors
/// As [`stdout`].
pub(super) fn stderr(bytes: &[u8]) -> io::Result<()> {
    io::stderr().lock().write_all(bytes)
}

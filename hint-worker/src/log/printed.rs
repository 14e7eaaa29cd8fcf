//! Owns what hints printed as records: one for each line, however it was written. Must not know who prints.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::record::{self, Level};
use super::sink;

/// So many bytes of a line wait for its end.
const LINE_BYTES: usize = 64 << 10;

/// The line whose end has not come.
static LINE: Mutex<String> = Mutex::new(String::new());
/// Whether there is one.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Takes what was printed.
pub(super) fn take(text: &str) {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    for piece in text.split_inclusive('\n') {
        line.push_str(piece.strip_suffix('\n').unwrap_or(piece));
        if piece.ends_with('\n') || line.len() >= LINE_BYTES {
            write(&mut line);
        }
    }
    BEGUN.store(!line.is_empty(), Ordering::Release);
}

/// Makes a record of a line that has no end, before one that comes after it.
pub(super) fn end_line() {
    if BEGUN.swap(false, Ordering::AcqRel) {
        let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
        if !line.is_empty() {
            write(&mut line);
        }
    }
}

fn write(line: &mut String) {
    sink::write(&record::of("", Level::Output, line, &[]));
    line.clear();
}

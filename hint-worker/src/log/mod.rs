//! Owns the log of the hints: what an engine says is worth to know becomes a record, with the hint that runs, and
//! goes to whoever the host named: a pipe of records, or lines on stderr. Must not know engines, nor the host.
//!
//! Reading order: [`Level`] and [`Value`] (what a record is made of), [`place`] (which hint runs), [`sink`] (where
//! records go), [`line`](mod@line) (how one looks on stderr), [`terminal`] (whose line may stand there), [`Waiting`] (what
//! loggers of hints collect).

mod line;
mod place;
mod printed;
mod record;
mod sink;
mod terminal;
mod waiting;

pub use place::{begin_hint, no_hint};
pub use record::{Level, Value};
pub use sink::{
    Threshold, copy_to_pipe, descriptors, quieter_than, share_terminal, to_pipe, wants,
};
pub use waiting::Waiting;

/// Logs `text`, of the hint that runs now, with `fields` in their order. What is too long is cut. Blocks while
/// nobody reads, so that an engine lets go of what others need before it calls.
pub fn emit(level: Level, text: &str, fields: &[(&str, Value<'_>)]) {
    emit_of("", level, text, fields);
}

/// The same for a part of a hint with a name of its own, such as a module.
pub fn emit_of(logger: &str, level: Level, text: &str, fields: &[(&str, Value<'_>)]) {
    if wants(level) {
        printed::end_line();
        sink::write(&record::of(logger, level, text, fields));
    }
}

/// Logs what a hint printed, a record for each line, for those who follow records. It is printed all the same.
pub fn output(text: &str) {
    if wants(Level::Output) {
        printed::take(text);
    }
}

/// The hint has ended, and with it a line that it printed without an end.
pub fn end_hint() {
    printed::end_line();
}
